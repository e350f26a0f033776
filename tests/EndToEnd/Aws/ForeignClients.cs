using System.Diagnostics;
using Streaming.Tests.TestKit;
using Streaming.Tests.TestKit.Aws;

namespace Streaming.Tests.EndToEnd.Aws;

/// <summary>The aws command line and boto3, as the scripts of tests/clients use it.</summary>
internal static class ForeignClients
{
    public static string MissingAws => EmulatorProcess.IsOnPath("aws") ? "" : "the aws command line is not on PATH";

    public static string MissingBoto3 { get; } = FindBoto3();

    public static Task<string> AwsAsync(IReadOnlyDictionary<string, string> variables, params string[] args) => RunAsync("aws", variables, args);

    /// <summary>What a script of tests/clients prints.</summary>
    public static Task<string> Boto3Async(IReadOnlyDictionary<string, string> variables, string script, params string[] args)
        => RunAsync("python3", variables, [Path.Combine(TestPaths.Repository, "tests", "clients", script), .. args]);

    private static async Task<string> RunAsync(string program, IReadOnlyDictionary<string, string> variables, params string[] args)
    {
        var start = new ProcessStartInfo(program, args) { UseShellExecute = false, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (string inherited in start.Environment.Keys.Where(key => key.StartsWith("AWS_", StringComparison.Ordinal)).ToArray()) start.Environment.Remove(inherited);
        foreach ((string name, string value) in variables) start.Environment[name] = value;
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} could not be started.");
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? output : throw new InvalidOperationException($"{program} {string.Join(' ', args)}: {await errors}");
    }

    private static string FindBoto3()
    {
        const string Missing = "boto3 is not installed (pip install boto3)";
        if (!EmulatorProcess.IsOnPath("python3")) return Missing;
        using var python = Process.Start(new ProcessStartInfo("python3", ["-c", "import boto3"]) { UseShellExecute = false, RedirectStandardError = true });
        python!.WaitForExit();
        return python.ExitCode == 0 ? "" : Missing;
    }
}
