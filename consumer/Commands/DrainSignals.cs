using System.Runtime.InteropServices;

namespace Streaming.Consumer.Commands;

/// <summary>Ctrl-C and SIGTERM ask for a drain; what is open is written, and the exit code is 0.</summary>
internal sealed class DrainSignals : IDisposable
{
    private readonly CancellationTokenSource _drain = new();
    private readonly PosixSignalRegistration[] _signals;

    public DrainSignals() => _signals = [PosixSignalRegistration.Create(PosixSignal.SIGINT, Drain), PosixSignalRegistration.Create(PosixSignal.SIGTERM, Drain)];

    public CancellationToken Token => _drain.Token;

    private void Drain(PosixSignalContext signal)
    {
        signal.Cancel = true;
        _drain.Cancel();
    }

    public void Dispose()
    {
        foreach (PosixSignalRegistration signal in _signals) signal.Dispose();
        _drain.Dispose();
    }
}
