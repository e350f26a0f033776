using Streaming.Producer.Commands;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Hosting;

using var signals = new StopSignals();
int code = await ProducerCommands.InvokeAsync(args, CommandContext.OfProcess(), signals.Token);
return code == ExitCode.Interrupted && signals.IsTerminated ? ExitCode.Terminated : code;
