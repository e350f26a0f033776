using System.Diagnostics;

namespace Streaming.Tests.TestKit;

/// <summary>Runs the built programs as a user does: as processes, in a folder, with arguments.</summary>
public static class Cli
{
    private static readonly string Configuration
        = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Release{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Release" : "Debug";

    /// <summary>Where the published programs are that take the place of the built ones; null for the built ones.</summary>
    private static readonly string? Published = Environment.GetEnvironmentVariable("STREAMING_TEST_PROGRAMS");

    public static Task<CliResult> ProducerAsync(string folder, params string[] args) => RunAsync("producer", folder, args);

    public static Task<CliResult> ConsumerAsync(string folder, params string[] args) => RunAsync("consumer", folder, args);

    /// <summary>Runs with those variables beside the inherited ones, of which AWS's are left out: a developer's own account is not to be met.</summary>
    public static Task<CliResult> RunAsync(string project, string folder, IReadOnlyDictionary<string, string> environment, params string[] args)
        => RunAsync(project, Start(project, folder, environment, args), args);

    /// <summary>Runs to the end; a process that takes longer than five minutes is killed and fails the test.</summary>
    public static Task<CliResult> RunAsync(string project, string folder, params string[] args) => RunAsync(project, Start(project, folder, args), args);

    /// <summary>The command that runs a program, to be followed by its arguments.</summary>
    public static IReadOnlyList<string> Command(string project)
    {
        if (Published is not null && project is ("producer" or "consumer")) return [Path.Combine(Published, project)];
        string built = Path.Combine(TestPaths.Repository, project, "bin", Configuration, "net10.0", Path.GetFileName(project) + ".dll");
        return [Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet", built];
    }

    /// <summary>Starts without waiting; output and error are piped.</summary>
    public static Process Start(string project, string folder, params string[] args) => Start(project, folder, new Dictionary<string, string>(), args);

    private static async Task<CliResult> RunAsync(string project, Process started, string[] args)
    {
        using Process process = started;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            await EndAsync(process);
        }
        catch (TimeoutException late)
        {
            throw new TimeoutException($"{project} {string.Join(' ', args)} did not end.\n{await error}", late);
        }

        return new CliResult(process.ExitCode, await output, await error);
    }

    /// <summary>Sends SIGTERM and waits for the end; a process that takes longer than five minutes is killed and fails the test.</summary>
    public static async Task StopAsync(Process process)
    {
        using (Process signal = Process.Start("kill", $"-TERM {process.Id}")) await signal.WaitForExitAsync();
        await EndAsync(process);
    }

    private static async Task EndAsync(Process process)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(5), TimeProvider.System);
        try
        {
            await process.WaitForExitAsync(limit.Token);
        }
        catch (OperationCanceledException late)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{string.Join(' ', process.StartInfo.ArgumentList)} did not end.", late);
        }
    }

    /// <summary>Likewise, with those variables in place of AWS's.</summary>
    public static Process Start(string project, string folder, IReadOnlyDictionary<string, string> environment, params string[] args)
    {
        IReadOnlyList<string> command = Command(project);
        var start = new ProcessStartInfo(command[0], [.. command.Skip(1), .. args])
        {
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (string inherited in start.Environment.Keys.Where(key => key.StartsWith("AWS_", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(inherited);
        foreach ((string variable, string value) in environment) start.Environment[variable] = value;
        return Process.Start(start) ?? throw new InvalidOperationException($"{project} could not be started.");
    }
}

public sealed record CliResult(int ExitCode, string Output, string Error)
{
    /// <summary>Throws with all that was printed if the exit code is another.</summary>
    public CliResult ShouldExit(int code)
        => ExitCode == code ? this : throw new InvalidOperationException($"Exit code {ExitCode}, not {code}.\n{Output}\n{Error}");
}
