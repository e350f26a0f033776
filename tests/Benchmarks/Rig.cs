using System.Runtime;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;

namespace Streaming.Tests.Benchmarks;

/// <summary>What a number depends on and cannot be read off the number: processor, vector width, runtime, load by others.</summary>
internal static class Rig
{
    public static string Describe() => FormattableString.Invariant(
        $"""
        CPU      {Processor()}, {Environment.ProcessorCount} cores, vectors of {VectorBits()} bits
        runtime  {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSArchitecture}, {(GCSettings.IsServerGC ? "server" : "workstation")} GC
        programs {(Programs.AreNative ? "native, as they are published" : "as built, by dotnet: there was no C linker")}
        data     seed {TickRecords.Seed}
        load     {DescribeLoad()}
        """);

    /// <summary>Other work on the machine while this ran: the first thing to look at when two runs differ.</summary>
    public static string DescribeLoad() => File.Exists("/proc/loadavg")
        ? $"Load average {File.ReadAllText("/proc/loadavg").Split(' ')[0]} over the last minute, this program included."
        : "The load average is not known on this system.";

    private static string Processor()
    {
        const string file = "/proc/cpuinfo";
        string? line = File.Exists(file) ? File.ReadLines(file).FirstOrDefault(text => text.StartsWith("model name", StringComparison.Ordinal)) : null;
        return line is null ? RuntimeInformation.ProcessArchitecture.ToString() : line[(line.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim();
    }

    private static int VectorBits()
    {
        if (Vector512.IsHardwareAccelerated) return 512;
        if (Vector256.IsHardwareAccelerated) return 256;
        return Vector128.IsHardwareAccelerated ? 128 : 0;
    }
}
