package management

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"html"
	"strings"
)

// render writes tables as CSV, HTML or PDF.
func render(tables []table, mime string) []byte {
	switch mime {
	case "text/csv":
		return asCSV(tables)
	case "application/pdf":
		return asPDF(tables)
	}
	return asHTML(tables)
}

// asCSV is the layout of IBKR's statements in CSV: each line begins with its
// table's name and whether it is Header or Data.
func asCSV(tables []table) []byte {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	line := func(cells ...string) { _ = w.Write(cells) } // a bytes.Buffer takes everything
	for i := range tables {
		t := &tables[i]
		line(append([]string{t.name, "Header"}, t.header...)...)
		for _, row := range t.rows {
			line(append([]string{t.name, "Data"}, row...)...)
		}
	}
	w.Flush()
	return b.Bytes()
}

func asHTML(tables []table) []byte {
	var b bytes.Buffer
	b.WriteString("<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>Interactive Brokers</title></head><body>\n")
	row := func(tag string, cells []string) {
		b.WriteString("<tr>")
		for _, cell := range cells {
			fmt.Fprintf(&b, "<%s>%s</%s>", tag, html.EscapeString(cell), tag)
		}
		b.WriteString("</tr>\n")
	}
	for i := range tables {
		t := &tables[i]
		fmt.Fprintf(&b, "<h2>%s</h2>\n<table>\n", html.EscapeString(t.name))
		row("th", t.header)
		for _, cells := range t.rows {
			row("td", cells)
		}
		b.WriteString("</table>\n")
	}
	b.WriteString("</body></html>\n")
	return b.Bytes()
}

const linesPerPage = 70

// asPDF sets the tables in a fixed font on pages of US letter size (ISO 32000).
func asPDF(tables []table) []byte {
	var lines []string
	for i := range tables {
		t := &tables[i]
		lines = append(lines, t.name, strings.Join(t.header, " | "))
		for _, row := range t.rows {
			lines = append(lines, strings.Join(row, " | "))
		}
		lines = append(lines, "")
	}
	var objects, kids []string
	for start := 0; start < len(lines); start += linesPerPage {
		text := pageText(lines[start:min(start+linesPerPage, len(lines))])
		n := 4 + len(objects)
		kids = append(kids, fmt.Sprintf("%d 0 R", n))
		objects = append(objects,
			fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>", n+1),
			fmt.Sprintf("<< /Length %d >>\nstream\n%sendstream", len(text), text))
	}
	objects = append([]string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		fmt.Sprintf("<< /Type /Pages /Kids [%s] /Count %d >>", strings.Join(kids, " "), len(kids)),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Courier >>",
	}, objects...)
	return joinPDF(objects)
}

func pageText(lines []string) string {
	var b strings.Builder
	b.WriteString("BT /F1 7 Tf 10 TL 36 756 Td\n")
	for _, line := range lines {
		line = strings.Map(func(r rune) rune {
			if r < ' ' || r > '~' {
				return '?'
			}
			return r
		}, line)
		fmt.Fprintf(&b, "(%s) Tj T*\n", strings.NewReplacer(`\`, `\\`, "(", `\(`, ")", `\)`).Replace(line))
	}
	b.WriteString("ET\n")
	return b.String()
}

// joinPDF numbers the objects from 1, the first being the catalogue, and says
// where each begins.
func joinPDF(objects []string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.4\n")
	var starts []int
	for i, object := range objects {
		starts = append(starts, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, object)
	}
	table := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, start := range starts {
		fmt.Fprintf(&b, "%010d 00000 n \n", start)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, table)
	return b.Bytes()
}
