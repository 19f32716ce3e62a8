package table_test

import (
	"bytes"
	"fmt"
	"runtime/metrics"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"junma/handlers/table"
)

// export makes a workbook of n projects with 20 columns.
func export(tb testing.TB, n int) []byte {
	head := []any{"项目编号", "项目代码", "项目名称", "项目类别", "能源项目", "开发区项目", "立项类型", "业主单位", "属地", "总投资(万元)"}
	for _, stage := range []string{"立项", "工程规划许可", "施工许可", "开工监管", "在建"} {
		head = append(head, stage+"起算日", stage+"完成日")
	}
	rows := [][]any{head}
	for i := range n {
		rows = append(rows, []any{
			fmt.Sprintf("JD-%06d", i), fmt.Sprintf("2601-330182-04-01-%06d", i), fmt.Sprintf("第%d号新材料项目", i), "工业", "否", "是", "基本建设",
			fmt.Sprintf("第%d公司", i), "下涯镇", 52000 + i, 45700, 45720, 45721, 45750, "2025/6/1", "2025年7月1日", "2025-7-2", "", "", "",
		})
	}
	return workbook(tb, rows...)
}

// BenchmarkRecords reads 100,000 rows of 20 columns into records, beside the bare streaming read of the same file:
// the ratio must stay at or below 2.5, and the heap at or below 250 MB.
func BenchmarkRecords(b *testing.B) {
	raw := export(b, 100_000)
	headings, _ := table.NewHeadings(nil)
	var bare, whole time.Duration
	var most uint64
	for b.Loop() {
		start := time.Now()
		bareRead(b, raw)
		middle := time.Now()
		n := 0
		read := func(visit func(table.Row) error) error { return table.Read(bytes.NewReader(raw), visit) }
		err := table.Records(read, headings, func(table.Kind) bool { return true }, func(string, []string) {}, func(r *table.Record) error {
			if n++; n%5000 == 0 {
				most = max(most, heap())
			}
			_, err := r.Body()
			return err
		})
		if err != nil || n != 100_000 {
			b.Fatal(n, err)
		}
		bare, whole = bare+middle.Sub(start), whole+time.Since(middle)
	}
	ratio := whole.Seconds() / bare.Seconds()
	b.ReportMetric(ratio, "of-bare-read")
	b.ReportMetric(float64(most)/1e6, "heap-MB")
	if ratio > 2.5 || most > 250e6 {
		b.Errorf("%.2f times the bare read, %d MB: the limits are 2.5 and 250", ratio, most/1e6)
	}
}

func bareRead(b *testing.B, raw []byte) {
	f, err := excelize.OpenReader(bytes.NewReader(raw), excelize.Options{RawCellValue: true, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		b.Fatal(err)
	}
	rows, err := f.Rows("Sheet1")
	if err != nil {
		b.Fatal(err)
	}
	for rows.Next() {
		if _, err := rows.Columns(excelize.Options{RawCellValue: true}); err != nil {
			b.Fatal(err)
		}
	}
	if err := rows.Close(); err != nil {
		b.Fatal(err)
	}
	if err := f.Close(); err != nil {
		b.Fatal(err)
	}
}

// heap is what the process holds of memory now, the export in memory included.
func heap() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
