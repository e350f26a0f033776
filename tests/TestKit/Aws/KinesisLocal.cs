namespace Streaming.Tests.TestKit.Aws;

/// <summary>
/// kinesis-local from npm, as deploy/emulators starts it, on a free port of the loopback address. It takes about 1,000 records a
/// second; its reshards and expired iterators are right.
/// </summary>
public sealed class KinesisLocal : IAsyncDisposable
{
    public const string Missing = "kinesis-local is not installed (npm install --prefix deploy/emulators)";

    private static readonly string Folder = Path.Combine(TestPaths.Repository, "deploy", "emulators");

    private readonly EmulatorProcess _process;

    private KinesisLocal(EmulatorProcess process) => _process = process;

    /// <summary><c>http://127.0.0.1:port</c></summary>
    public string Endpoint => _process.Endpoint;

    public static bool IsThere => EmulatorProcess.IsOnPath("node") && Directory.Exists(Path.Combine(Folder, "node_modules", "kinesis-local"));

    /// <summary>Returns when it answers.</summary>
    public static async Task<KinesisLocal> StartAsync()
        => new(await EmulatorProcess.StartAsync("node", port => [Path.Combine(Folder, "kinesis-local.cjs"), $"{port}"], "/healthcheck"));

    public ValueTask DisposeAsync() => _process.DisposeAsync();
}
