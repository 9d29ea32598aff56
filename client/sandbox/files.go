package sandbox

type files struct{}
