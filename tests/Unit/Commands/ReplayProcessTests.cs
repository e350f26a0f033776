using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Commands;

/// <summary>The real process, stopped by real signals.</summary>
public sealed class ReplayProcessTests
{
    [Theory]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public async Task Signal_EndsTheReplayWithASummary(string signal, int code)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill");
        Assert.SkipWhen(signal == "INT" && IsInterruptIgnored(), "SIGINT is ignored here, as in background jobs of a shell, and so by every child");
        using var folder = new ScratchFolder();
        var start = new DateTimeOffset(2024, 1, 2, 14, 30, 0, TimeSpan.Zero);
        string ticks = TickFile.Write(folder["ticks.parquet"], [TickFile.Tick("A", start, 1), TickFile.Tick("A", start.AddMinutes(30), 2)]);
        using Process replay = Start("dotnet", Path.Combine(AppContext.BaseDirectory, "producer.dll"), "replay", ticks, "--stream", folder["stream"], "--create-stream");

        // The second tick is half an hour away, so that whenever the signal comes, the replay is not over.
        string firstLine = await replay.StandardError.ReadLineAsync() ?? "";
        using Process kill = Start("kill", "-s", signal, replay.Id.ToString(CultureInfo.InvariantCulture));
        await kill.WaitForExitAsync();
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1), TimeProvider.System);
        await using CancellationTokenRegistration tooLate = limit.Token.Register(() => replay.Kill());
        string rest = await replay.StandardError.ReadToEndAsync();
        await replay.WaitForExitAsync();

        Assert.Contains("\"message\":\"stream ", firstLine, StringComparison.Ordinal);
        Assert.Contains("interrupted, sent ", rest, StringComparison.Ordinal);
        Assert.All(rest.TrimEnd().Split('\n').Prepend(firstLine), IsLogEvent);
        Assert.Equal(code, replay.ExitCode);
    }

    private static void IsLogEvent(string line)
    {
        using JsonDocument json = JsonDocument.Parse(line);
        Assert.Equal(TimeSpan.Zero, json.RootElement.GetProperty("time").GetDateTimeOffset().Offset);
        Assert.NotEmpty(json.RootElement.GetProperty("message").GetString()!);
    }

    private static bool IsInterruptIgnored()
    {
        const ulong interrupt = 1UL << (2 - 1);
        const string field = "SigIgn:";
        if (!File.Exists("/proc/self/status")) return false;
        string ignored = File.ReadLines("/proc/self/status").First(line => line.StartsWith(field, StringComparison.Ordinal))[field.Length..];
        return (ulong.Parse(ignored, NumberStyles.HexNumber, CultureInfo.InvariantCulture) & interrupt) != 0;
    }

    private static Process Start(string program, params string[] args)
        => Process.Start(new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
}
