using System.Diagnostics;

namespace Streaming.Tests.Benchmarks.Measuring;

/// <summary>What a run of one of the two programs cost, as the system tells it while the process is there.</summary>
/// <param name="PeakBytes">Largest working set; what it grew since the last look, 10 ms before its end at most, is not in it.</param>
/// <param name="Cpu">Processor time of all its threads, to the same moment.</param>
/// <param name="Output">What it wrote, results and errors.</param>
internal sealed record ChildRun(TimeSpan Elapsed, TimeSpan Cpu, long PeakBytes, string Output)
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(100);

    /// <summary>The process of <c>consumer</c> or <c>producer</c>.</summary>
    public static ProcessStartInfo StartOf(string program, params IEnumerable<string> args)
    {
        string[] command = Programs.Command(program);
        return new ProcessStartInfo(command[0], [.. command.Skip(1), .. args]) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
    }

    /// <exception cref="InvalidOperationException">It did not end well.</exception>
    public static async Task<ChildRun> RunAsync(ProcessStartInfo start)
    {
        long begin = Stopwatch.GetTimestamp();
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task exit = process.WaitForExitAsync();
        var (peak, cpu) = (0L, TimeSpan.Zero);
        // The system keeps both itself, but forgets them with the process.
        using var looks = new PeriodicTimer(TimeSpan.FromMilliseconds(10), TimeProvider.System);
        while (!exit.IsCompleted)
        {
            await Task.WhenAny(exit, looks.WaitForNextTickAsync().AsTask());
            if (TryLook(process, out long bytes, out TimeSpan used)) (peak, cpu) = (Math.Max(peak, bytes), used);
            if (Stopwatch.GetElapsedTime(begin) > Limit) process.Kill(entireProcessTree: true);
        }

        TimeSpan elapsed = Stopwatch.GetElapsedTime(begin);
        string told = await output + await errors;
        if (process.ExitCode != 0) throw new InvalidOperationException($"{string.Join(' ', start.ArgumentList)}: exit code {process.ExitCode}\n{told}");
        return new ChildRun(elapsed, cpu, peak, told);
    }

    // A process gives its memory back before its end can be seen: asked in between, the system still knows it, but not what it used.
    private static bool TryLook(Process process, out long peakBytes, out TimeSpan cpu)
    {
        (peakBytes, cpu) = (0, default);
        try
        {
            process.Refresh();
            (peakBytes, cpu) = (process.PeakWorkingSet64, process.TotalProcessorTime);
            return peakBytes > 0;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }
}
