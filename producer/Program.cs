using System.Runtime.InteropServices;
using Streaming.Producer.Commands;

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopOnce);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopOnce);

#pragma warning disable RS0030 // This is the edge at which the run's id is drawn.
string runId = Guid.NewGuid().ToString("N")[..12];
#pragma warning restore RS0030
var context = new CommandContext(Console.Out, Console.Error, !Console.IsErrorRedirected, TimeProvider.System, runId);
return await ProducerCommands.InvokeAsync(args, context, stop.Token);

// The first signal stops cleanly, a second one ends the process.
void StopOnce(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    stop.Cancel();
}
