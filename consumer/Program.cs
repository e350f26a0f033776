using Streaming.Consumer.Commands;
using Streaming.Shared.CommandLine;
using Streaming.Shared.Hosting;

using var signals = new StopSignals();
return await ConsumerCommands.InvokeAsync(args, CommandContext.OfProcess(), signals.Token);
