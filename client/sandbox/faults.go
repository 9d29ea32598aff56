package sandbox

type faults struct{}

func parseFaults(string, uint64) (faults, error) { return faults{}, nil }
