package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"

	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"junma/app"
)

func importCommand() *cobra.Command {
	var path, rejected string
	var baseline bool
	cmd := &cobra.Command{
		Use:   "import -c config.toml FILE…",
		Short: "从 .xlsx 或 .csv 导入项目、亮灯和名册;服务在运行时经由服务导入",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				return usage(fmt.Errorf("%s 后面要写表格文件,例如 项目.xlsx 名册.xlsx", cmd.CommandPath()))
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, files []string) error {
			config, err := load(path)
			if err != nil {
				return err
			}
			return importTables(cmd, config, app.ImportOptions{Files: files, Baseline: baseline}, rejected)
		},
	}
	configFlag(cmd, &path)
	cmd.Flags().BoolVar(&baseline, "baseline", false, "首次接入:已经亮着的灯作为存量,不推送")
	cmd.Flags().StringVarP(&rejected, "output", "o", "", "退回的行存为这个文件(默认在第一个文件旁边,名为“…-错误.xlsx”)")
	return cmd
}

// importTables imports and says what became of every record.
func importTables(cmd *cobra.Command, config *app.Config, o app.ImportOptions, rejected string) error {
	out, errOut := cmd.OutOrStdout(), cmd.ErrOrStderr()
	o.Log = slog.New(slog.NewTextHandler(errOut, &slog.HandlerOptions{Level: slog.LevelError}))
	finish := func() {}
	if f, ok := errOut.(*os.File); ok && isatty.IsTerminal(f.Fd()) {
		bar := &progressBar{out: f, total: app.CountRows(o.Files)}
		o.Progress, finish = bar.show, bar.end
	}
	var written string
	o.Rejected = func() (io.WriteCloser, error) {
		f, err := createRejected(rejected, o.Files[0])
		if err == nil {
			written = f.Name()
		}
		return f, err
	}
	sum, err := app.Import(cmd.Context(), config, o)
	finish()
	for _, line := range append(sum.Notes, sum.Faults...) {
		fmt.Fprintln(out, line)
	}
	if sum.Left > 0 {
		fmt.Fprintf(out, "还有%d处错误,见退回的表格。\n", sum.Left)
	}
	fmt.Fprintf(out, "收下%d条(其中没有变化%d条),退回%d条。\n", sum.Accepted, sum.Unchanged, sum.Rejected)
	switch {
	case err != nil:
		return err
	case written != "":
		return fmt.Errorf("退回的行在 %s,请按“错误”一列改正后再导入这个文件", written)
	case sum.Accepted == 0:
		return errors.New("没有读到任何记录,请核对表头,可用的表头见 docs/import.md")
	}
	return nil
}

// createRejected makes the file for the rows that were not taken. It never overwrites one: somebody may be mending it.
func createRejected(name, source string) (*os.File, error) {
	if name != "" {
		return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	}
	base := strings.TrimSuffix(source, filepath.Ext(source)) + "-错误"
	for n := 1; ; n++ {
		name := base + ".xlsx"
		if n > 1 {
			name = fmt.Sprintf("%s%d.xlsx", base, n)
		}
		f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
		if !errors.Is(err, fs.ErrExist) {
			return f, err
		}
	}
}

// progressBar shows on a terminal how far an import is.
type progressBar struct {
	out   io.Writer
	total int
	shown int // percent
}

func (b *progressBar) show(rows int) {
	percent := min(100, 100*rows/max(1, b.total))
	if percent == b.shown && rows < b.total {
		return
	}
	b.shown = percent
	fmt.Fprintf(b.out, "\r[%-25s] %3d%% %d/%d行", strings.Repeat("#", percent/4), percent, rows, b.total)
}

func (b *progressBar) end() { fmt.Fprintln(b.out) }
