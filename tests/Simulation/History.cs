using System.Globalization;
using Streaming.Tests.Simulation.Scheduling;

namespace Streaming.Tests.Simulation;

/// <summary>
/// Everything that happened in a seed, line by line: printed if somebody looks, and as one number, which is the same whenever the seed
/// is run again.
/// </summary>
internal sealed class History(Scheduler scheduler, TextWriter? trace)
{
    private const ulong FnvPrime = 1099511628211;

    public ulong Hash { get; private set; } = 14695981039346656037;

    public long Lines { get; private set; }

    public void Add(string who, string what)
    {
        string line = string.Create(CultureInfo.InvariantCulture, $"{scheduler.Now.TotalSeconds,12:F6} {who,-8} {what}");
        foreach (char c in line) Hash = (Hash ^ c) * FnvPrime;
        Lines++;
        trace?.WriteLine(line);
    }
}
