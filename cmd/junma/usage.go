package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// errUsage marks an error whose exit code is 2: the command line or the configuration is wrong.
var errUsage = errors.New("usage")

// usage marks err as a fault of the command line or the configuration.
func usage(err error) error { return usageError{err} }

type usageError struct{ error }

func (e usageError) Unwrap() error      { return e.error }
func (usageError) Is(target error) bool { return target == errUsage }

// usageArgs marks the errors of an argument check as faults of the command line.
func usageArgs(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) == nil {
			return nil
		}
		if cmd.HasSubCommands() {
			return usage(fmt.Errorf("没有命令 %q,可用的命令:%s", args[0], strings.Join(commandNames(cmd), "、")))
		}
		return usage(fmt.Errorf("%s 后面不能写 %q,用法见 %s --help", cmd.CommandPath(), strings.Join(args, " "), cmd.CommandPath()))
	}
}

func commandNames(cmd *cobra.Command) []string {
	var names []string
	for _, c := range cmd.Commands() {
		if c.IsAvailableCommand() {
			names = append(names, c.Name())
		}
	}
	return names
}

// flagFault says what is wrong with an option of the command line.
func flagFault(cmd *cobra.Command, err error) error {
	see := ",用法见 " + cmd.CommandPath() + " --help"
	if unknown, ok := errors.AsType[*pflag.NotExistError](err); ok {
		name := "--" + unknown.GetSpecifiedName()
		if unknown.GetSpecifiedShortnames() != "" {
			name = "-" + unknown.GetSpecifiedName()
		}
		return usage(fmt.Errorf("没有选项 %s%s", name, see))
	}
	if empty, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return usage(fmt.Errorf("选项 --%s 后面要写值%s", empty.GetFlag().Name, see))
	}
	if wrong, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		return usage(fmt.Errorf("选项 --%s 的值 %q 不对%s", wrong.GetFlag().Name, wrong.GetValue(), see))
	}
	return usage(fmt.Errorf("命令行写法不对%s", see))
}

// inChinese puts what cobra itself would say in English; root must have all its commands.
func inChinese(root *cobra.Command) {
	root.SetFlagErrorFunc(flagFault)
	root.CompletionOptions.DisableDefaultCmd = true
	root.PersistentFlags().BoolP("help", "h", false, "显示用法")
	root.SetHelpCommand(&cobra.Command{
		Use:   "help [命令]",
		Short: "显示一个命令的用法",
		RunE: func(cmd *cobra.Command, args []string) error {
			about, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return usageArgs(cobra.NoArgs)(about, rest)
			}
			return about.Help()
		},
	})
	root.SetUsageTemplate(usageTemplate)
	withoutFlags(root)
}

// withoutFlags keeps cobra from adding [flags] to the usage of a command and of those below it.
func withoutFlags(cmd *cobra.Command) {
	cmd.DisableFlagsInUseLine = true
	for _, sub := range cmd.Commands() {
		withoutFlags(sub)
	}
}

const usageTemplate = `用法:
  {{.UseLine}}{{if .HasAvailableSubCommands}} 命令

命令:{{range .Commands}}{{if .IsAvailableCommand}}
  {{rpad .Name .NamePadding}} {{.Short}}{{end}}{{end}}{{end}}{{if .HasAvailableLocalFlags}}

选项:
{{.LocalFlags.FlagUsages | trimTrailingWhitespaces}}{{end}}
`
