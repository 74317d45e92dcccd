package grel

import (
	"strings"
	"unicode/utf8"
)

// Row is what an expression sees: one cell, and the row that it stands in.
type Row interface {
	// Value is the cell's value: the variable value.
	Value() Value
	// Cell is the value of the row's cell in that column; null if the cell is blank or
	// there is no such column.
	Cell(column string) Value
	// Index is the row's number, from 0.
	Index() int
	// Column is the name of the cell's column.
	Column() string
}

// Bindings is a [Row] that is written out.
type Bindings struct {
	Current    Value            // the variable value
	Cells      map[string]Value // by column
	RowIndex   int
	ColumnName string
}

// Value is b.Current.
func (b Bindings) Value() Value { return b.Current }

// Cell is b.Cells[column].
func (b Bindings) Cell(column string) Value { return b.Cells[column] }

// Index is b.RowIndex.
func (b Bindings) Index() int { return b.RowIndex }

// Column is b.ColumnName.
func (b Bindings) Column() string { return b.ColumnName }

// The objects that an expression can reach from its variables.
type (
	cellsObject struct{}           // cells, row.cells
	rowObject   struct{}           // row
	cellObject  struct{ v *Value } // cell, cells["name"]
)

func (cellsObject) class() string { return "CellTuple" }
func (rowObject) class() string   { return "WrappedRow" }
func (cellObject) class() string  { return "WrappedCell" }

// current and cell are values of the row, with text that is text.

func (s *state) current() Value { return valid(s.row.Value()) }

func (s *state) cell(column string) Value { return valid(s.row.Cell(column)) }

func valid(v Value) Value {
	if v.text != "" && !utf8.ValidString(v.text) {
		v.text = strings.ToValidUTF8(v.text, "\uFFFD")
	}
	return v
}

func cellOf(v Value) Value {
	if v.IsNull() {
		return null
	}
	return objectValue(cellObject{&v})
}

// field is v.name for the values that have fields; null for those that have none.
func field(s *state, v Value, name string) Value {
	switch o := v.ref.(type) {
	case cellsObject:
		return cellOf(s.cell(name))
	case cellObject:
		switch name {
		case "value":
			return *o.v
		case "errorMessage":
			if o.v.IsError() {
				return StringValue(o.v.text)
			}
			return null
		case "recon":
			return s.unsupported("cell.recon", "there is no reconciliation")
		}
	case rowObject:
		switch name {
		case "cells":
			return objectValue(cellsObject{})
		case "index":
			return integer(s.row.Index())
		case "record", "columnNames", "flagged", "starred":
			return s.unsupported("row."+name, "tables have no "+name)
		}
	}
	return null
}
