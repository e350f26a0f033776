using System.Diagnostics;
using System.Text.RegularExpressions;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Page;

/// <summary>A running <c>consumer run</c> with its page.</summary>
internal sealed partial class Worker : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _output;
    private readonly TaskCompletionSource<int> _port = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private Worker(Process process)
    {
        _process = process;
        _output = process.StandardOutput.ReadToEndAsync();
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginErrorReadLine();
    }

    public Task<int> Port => _port.Task;

    /// <param name="port">0 for any.</param>
    public static async Task<Worker> StartAsync(string folder, int port = 0, IReadOnlyDictionary<string, string>? environment = null, params string[] args)
    {
        string[] all = ["run", "--http", $"127.0.0.1:{port}", "--lease-duration", "2s", "--flush-interval", "200ms", .. args];
        var worker = new Worker(Cli.Start("consumer", folder, environment ?? new Dictionary<string, string>(), all));
        await worker.Port;
        return worker;
    }

    /// <summary>As the machine's power cut would.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <param name="name">STOP, CONT.</param>
    public async Task SignalAsync(string name)
    {
        using Process kill = Process.Start("kill", $"-{name} {_process.Id}");
        await kill.WaitForExitAsync();
    }

    public async Task DrainAsync()
    {
        await Cli.StopAsync(_process);
        Assert.Equal(0, _process.ExitCode);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) await KillAsync();
        await _output;
        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null) _port.TrySetException(new InvalidOperationException("The consumer ended before it showed its page."));
        else if (PageAddress().Match(line) is { Success: true } match) _port.TrySetResult(int.Parse(match.Groups[1].Value, System.Globalization.CultureInfo.InvariantCulture));
    }

    [GeneratedRegex("http://127\\.0\\.0\\.1:([0-9]+) shows the live page")]
    private static partial Regex PageAddress();
}
