using System.Diagnostics;
using System.Globalization;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Unit.Commands;

/// <summary>The real process, stopped by real signals.</summary>
public sealed class ReplayProcessTests
{
    [Theory]
    [InlineData("INT")]
    [InlineData("TERM")]
    public async Task Signal_EndsTheReplayWithASummary(string signal)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "signals are sent with kill");
        using var folder = new ScratchFolder();
        var start = new DateTimeOffset(2024, 1, 2, 14, 30, 0, TimeSpan.Zero);
        string ticks = TickFile.Write(folder["ticks.parquet"], [TickFile.Tick("A", start, 1), TickFile.Tick("A", start.AddMinutes(30), 2)]);
        using Process replay = Start("dotnet", Path.Combine(AppContext.BaseDirectory, "producer.dll"), "replay", ticks, "--stream", folder["stream"], "--create-stream");

        // The second tick is half an hour away, so that whenever the signal comes, the replay is not over.
        string firstLine = await replay.StandardError.ReadLineAsync() ?? "";
        using Process kill = Start("kill", "-s", signal, replay.Id.ToString(CultureInfo.InvariantCulture));
        await kill.WaitForExitAsync();
        string rest = await replay.StandardError.ReadToEndAsync();
        await replay.WaitForExitAsync();

        Assert.StartsWith("stream ", firstLine, StringComparison.Ordinal);
        Assert.Contains("interrupted, sent ", rest, StringComparison.Ordinal);
        Assert.Equal(130, replay.ExitCode);
    }

    private static Process Start(string program, params string[] args)
        => Process.Start(new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })!;
}
