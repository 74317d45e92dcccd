package grel

var codeFunctions = map[string]func(*state, []Value) Value{}

var checks = map[string]func(args []tree) error{}
