// Command junma runs the project mechanism of notice 建政办函〔2024〕22号 in the chat of those who carry it out.
//
//	junma demo                     try everything on this machine, with no account anywhere
//	junma serve -c config.toml     the service
//	junma check -c config.toml     validate a configuration; --online, --to USERID: and the tenant
//	junma rules -c config.toml     the rule book as prose, with its coverage proof
//	junma import -c config.toml FILE…   projects, lights and roster from tables
//	junma backup -c config.toml FILE   one file with the database and the evidence, while the service runs
//	junma restore FILE DIR         verify such a file and unpack it; then nothing is sent until
//	junma release -c config.toml   shows what would go out, and lets it
//	junma audit verify -c config.toml [--head N:HASH]   finds changed, missing, reordered or cut lines of the journal
//	junma version
//
// Exit codes: 0 fine, 1 the work failed, 2 the command line or the configuration is wrong.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run executes one command line and gives its exit code.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	root := rootCommand()
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(errOut)
	err := root.ExecuteContext(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(errOut, err)
	if errors.Is(err, errUsage) {
		return 2
	}
	return 1
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "junma",
		Short:         "骏马助手:让投资项目全生命周期管理工作推进机制在钉钉里跑起来",
		SilenceUsage:  true,
		SilenceErrors: true,
		Args:          usageArgs(cobra.NoArgs),
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.AddCommand(demoCommand(), serveCommand(), checkCommand(), rulesCommand(), importCommand(), backupCommand(),
		restoreCommand(), releaseCommand(), auditCommand(), versionCommand())
	inChinese(root)
	return root
}
