using Streaming.Shared.Parquet;

namespace Streaming.Producer.Archive;

/// <param name="Path">As a message shows it.</param>
/// <param name="Partitions">
/// What the Hive folders above the file say (<c>ticker=AAPL/year=2024/</c>), names in any case; null for Hive's null partition.
/// </param>
/// <param name="OpenBytes">Opens the file where it is.</param>
internal sealed record InputFile(string Path, IReadOnlyDictionary<string, string?> Partitions, Func<IByteSource> OpenBytes)
{
    /// <summary>Size and version, as texts that differ when the content does: what a replay that is continued compares.</summary>
    public string Version { get; init; } = "";

    /// <summary>Opens it as what its bytes are. Which exceptions mean that it cannot be read: <see cref="ReadFaults"/>.</summary>
    public IHistoryFile Open() => HistoryFile.Open(OpenBytes());
}
