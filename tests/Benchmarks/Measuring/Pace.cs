using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Streaming.Tests.Benchmarks.Measuring;

/// <summary>
/// How fast the processor is while rounds are run, by a loop of nothing but arithmetic. Where a virtual machine's core is half of a physical one, the loop
/// takes up to 1.6 times as long while the other half works for somebody else. Neither the load nor the processor time says so, and code that waits for
/// memory hardly notices, so that ratios move.
/// </summary>
internal static class Pace
{
    private const double Slow = 1.1;
    private const int Steps = 300_000;
    private const int Times = 3;

    private static readonly List<double> Noted = [];

    /// <summary>Looks once, for about a millisecond.</summary>
    public static void Note()
    {
        double time = double.PositiveInfinity;
        for (int i = 0; i < Times; i++)
        {
            long start = Stopwatch.GetTimestamp();
            GC.KeepAlive(Compute());
            time = Math.Min(time, Stopwatch.GetElapsedTime(start).TotalNanoseconds);
        }

        Noted.Add(time);
    }

    public static string Describe() => Noted.Count == 0
        ? "How fast the processor was is not known."
        : $"The processor was a tenth slower than at its best, or more, in {Noted.Count(time => time > Noted.Min() * Slow)} of {Noted.Count} looks.";

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static ulong Compute()
    {
        (ulong a, ulong b, ulong c, ulong d) = (1, 2, 3, 4);
        for (ulong i = 0; i < Steps; i++)
        {
            a += (a << 1) ^ i;
            b += (b >> 3) ^ i;
            c ^= (c << 5) + i;
            d ^= (d >> 7) + i;
        }

        return a + b + c + d;
    }
}
