using System.Runtime.InteropServices;
using Streaming.Producer.Commands;

bool isTerminated = false;
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, StopOnce);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, StopOnce);

#pragma warning disable RS0030 // This is the edge at which the run's id is drawn.
string runId = Guid.NewGuid().ToString("N")[..12];
#pragma warning restore RS0030
var context = new CommandContext(Console.Out, Console.Error, !Console.IsErrorRedirected, TimeProvider.System, runId)
{
    IsLogged = Console.IsErrorRedirected,
    Answers = Console.IsInputRedirected ? null : Console.In,
};
int code = await ProducerCommands.InvokeAsync(args, context, stop.Token);
return code == ExitCode.Interrupted && isTerminated ? ExitCode.Terminated : code;

// The first signal stops cleanly, a second one ends the process.
void StopOnce(PosixSignalContext signal)
{
    signal.Cancel = !stop.IsCancellationRequested;
    isTerminated = signal.Signal == PosixSignal.SIGTERM;
    stop.Cancel();
}
