using System.Runtime.InteropServices;

namespace Streaming.Shared.Hosting;

/// <summary>Ctrl-C and SIGTERM: the first one asks for a clean stop, a second one ends the process, from which everything recovers.</summary>
public sealed class StopSignals : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _signals;

    public StopSignals() => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop)];

    public CancellationToken Token => _stop.Token;

    /// <summary>It was SIGTERM.</summary>
    public bool IsTerminated { get; private set; }

    private void Stop(PosixSignalContext signal)
    {
        signal.Cancel = !_stop.IsCancellationRequested;
        IsTerminated = signal.Signal == PosixSignal.SIGTERM;
        _stop.Cancel();
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        _stop.Dispose();
    }
}
