namespace Streaming.Tests.TestKit.Aws;

/// <summary>
/// moto_server from PATH, on a free port of the loopback address, as long as a test needs it. Its compare-and-set is not atomic: no
/// race is to be tested on it.
/// </summary>
public sealed class MotoServer : IAsyncDisposable
{
    public const string Missing = "moto_server is not on PATH (pip install 'moto[server]')";

    private readonly EmulatorProcess _process;

    private MotoServer(EmulatorProcess process) => _process = process;

    /// <summary><c>http://127.0.0.1:port</c></summary>
    public string Endpoint => _process.Endpoint;

    public static bool IsThere => EmulatorProcess.IsOnPath("moto_server");

    /// <summary>Returns when it answers.</summary>
    public static async Task<MotoServer> StartAsync()
        => new(await EmulatorProcess.StartAsync("moto_server", port => ["-H", "127.0.0.1", "-p", $"{port}"], "/moto-api/"));

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
