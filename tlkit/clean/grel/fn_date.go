package grel

import "time"

var dateFunctions = map[string]func(*state, []Value) Value{}

func compareDates(a, b time.Time) int { return a.Compare(b) }

func between(from, to time.Time, unit string) Value {
	return ErrorValue("Unknown time unit " + unit)
}

func formatDate(s *state, t time.Time, format string) Value { return null }

func formatNumber(s *state, v Value, format string) Value { return null }
