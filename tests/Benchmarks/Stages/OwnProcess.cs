using System.Diagnostics;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>Starts this program again with other arguments, so that its time and garbage are not counted here. It ends when its standard input does.</summary>
internal static class OwnProcess
{
    public static Process Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        // Started by `dotnet some.dll` the process is dotnet; by `dotnet run` it is the program itself.
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet") start.ArgumentList.Add(typeof(OwnProcess).Assembly.Location);
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        return Process.Start(start)!;
    }
}
