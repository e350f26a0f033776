using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Streaming.Tests.TestKit.Aws;

/// <summary>A server that a test has started on a free port of the loopback address. Owns the process and the wait for its first answer.</summary>
public sealed class EmulatorProcess : IAsyncDisposable
{
    private static readonly TimeSpan StartLimit = TimeSpan.FromSeconds(60);

    private readonly string _name;
    private readonly Process _process;

    private EmulatorProcess(string name, Process process, string endpoint) => (_name, _process, Endpoint) = (name, process, endpoint);

    /// <summary><c>http://127.0.0.1:port</c></summary>
    public string Endpoint { get; }

    /// <summary>Returns when it answers.</summary>
    /// <param name="program">Found on PATH.</param>
    /// <param name="arguments">From its port.</param>
    /// <param name="aliveAt">A path that it answers, in whatever way.</param>
    public static async Task<EmulatorProcess> StartAsync(string program, Func<int, string[]> arguments, string aliveAt)
    {
        int port = FreePort();
        var start = new ProcessStartInfo(program) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string argument in arguments(port)) start.ArgumentList.Add(argument);
        Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started.");
        // Some log every request; a full pipe would stop them.
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var emulator = new EmulatorProcess(program, process, $"http://127.0.0.1:{port}");
        try
        {
            await emulator.UntilItAnswersAsync(aliveAt);
            return emulator;
        }
        catch
        {
            await emulator.DisposeAsync();
            throw;
        }
    }

    public static bool IsOnPath(string program)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, program)) || File.Exists(Path.Combine(folder, program + ".exe")));

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private async Task UntilItAnswersAsync(string path)
    {
        using var limit = new CancellationTokenSource(StartLimit, TimeProvider.System);
        using var http = new HttpClient();
        while (true)
        {
            if (_process.HasExited) throw new InvalidOperationException($"{_name} ended with {_process.ExitCode}.");
            try
            {
                using HttpResponseMessage answer = await http.GetAsync(new Uri(Endpoint + path), limit.Token);
                return;
            }
            catch (HttpRequestException)
            {
                // Nobody listens yet.
                await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, limit.Token);
            }
        }
    }

    private static int FreePort()
    {
        using var probe = new TcpListener(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }
}
