// Package test holds what no single package can test: the rules that keep the
// packages apart (arch_*_test.go), whole runs of the program, and simulations
// with faults.
//
// It exports nothing and nothing imports it. A rule of the architecture is a
// row of data in arch_table_test.go; to change the architecture, change the
// row, and say why in docs/adr.
package test
