using System.Globalization;
using Streaming.Shared.Objects;

namespace Streaming.Consumer.Progress;

/// <summary>
/// Names of states: epoch, owner, counter. A lease's epoch and owner are its own, so no two contents ever have one name, and a put that finds its
/// name taken finds its own content.
/// </summary>
internal static class StateKey
{
    public static string Of(long epoch, string owner, long counter)
        => string.Create(CultureInfo.InvariantCulture, $"{epoch:D10}-{HivePath.Encode(owner)}-{counter:D10}");

    /// <summary>The epoch of the lease that the state was stored under; null if the name is no state's.</summary>
    public static long? EpochOf(string name)
        => name.IndexOf('-', StringComparison.Ordinal) is > 0 and int end
            && long.TryParse(name.AsSpan(0, end), NumberStyles.None, CultureInfo.InvariantCulture, out long epoch) ? epoch : null;
}
