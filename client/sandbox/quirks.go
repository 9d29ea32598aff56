package sandbox

type quirks struct{ nextURL, zoomDisconnected, failedSnake bool }

func parseQuirks([]string) (quirks, error) { return quirks{}, nil }

type faults struct{}

func parseFaults(string, uint64) (faults, error) { return faults{}, nil }

type files struct{}
