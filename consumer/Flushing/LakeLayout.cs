using System.Globalization;
using Streaming.Consumer.Progress;
using Streaming.Shared.Objects;

namespace Streaming.Consumer.Flushing;

/// <summary>
/// Where things stand in the lake. Only <c>avg_1min/</c> is for queries. Tickers are escaped as Hive does it; shard and
/// application names are checked before they get here.
/// </summary>
public static class LakeLayout
{
    public const string Table = "avg_1min";
    private const string FileName = "bars.parquet";
    private const string PointerSuffix = "/pointer";
    private const string OldCheckpointSuffix = ".json";
    private const string DateFormat = "yyyy-MM-dd";

    /// <summary>Late and bad records in one object.</summary>
    public const int RecordsPerChunk = 1000;

    /// <summary>The one object of a ticker's trading day.</summary>
    public static string Bars(string ticker, DateOnly tradeDate)
        => $"{Table}/{HivePath.Segment("ticker", ticker)}/trade_date={tradeDate.ToString(DateFormat, CultureInfo.InvariantCulture)}/{FileName}";

    /// <summary>Reads ticker and trade date back from a key of <see cref="Bars"/>.</summary>
    public static bool TryParseBars(string key, out string ticker, out DateOnly tradeDate)
    {
        ticker = "";
        tradeDate = default;
        string[] parts = key.Split('/');
        if (parts.Length != 4 || parts[0] != Table || parts[3] != FileName || !parts[1].StartsWith("ticker=", StringComparison.Ordinal)
            || !parts[2].StartsWith("trade_date=", StringComparison.Ordinal)
            || !DateOnly.TryParseExact(parts[2].AsSpan("trade_date=".Length), DateFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out tradeDate))
            return false;
        ticker = HivePath.Decode(parts[1]["ticker=".Length..]);
        return true;
    }

    /// <summary>Where a repair moves an object to: outside of every table, named by its content, so that it is put there once.</summary>
    public static string SetAside(string key, string contentHash) => $"set-aside/{key}/{contentHash}.parquet";

    /// <summary>The changing half of a shard's checkpoint.</summary>
    public static string Pointer(string application, string shard) => $"{Checkpoints(application)}{shard}{PointerSuffix}";

    /// <summary>An immutable half of a shard's checkpoint.</summary>
    public static string State(string application, string shard, string name) => $"{Checkpoints(application)}{shard}/states/{name}";

    /// <summary>What a pointer names, by the pointer's key.</summary>
    public static string StateBeside(string pointer, string name)
        => pointer[..^PointerSuffix.Length] + (name == CheckpointPointer.Old ? OldCheckpointSuffix : $"/states/{name}");

    /// <summary>The pointer of the shard that the old checkpoint is of.</summary>
    public static string PointerBeside(string old) => old[..^OldCheckpointSuffix.Length] + PointerSuffix;

    /// <summary>The whole checkpoint of a shard, as versions before pointers and states wrote it.</summary>
    public static string OldCheckpoint(string application, string shard) => $"{Checkpoints(application)}{shard}{OldCheckpointSuffix}";

    public static bool IsOldCheckpoint(string key)
        => key.StartsWith(AllCheckpoints, StringComparison.Ordinal) && key.EndsWith(OldCheckpointSuffix, StringComparison.Ordinal);

    public static bool IsPointer(string key)
        => key.StartsWith(AllCheckpoints, StringComparison.Ordinal) && key.EndsWith(PointerSuffix, StringComparison.Ordinal);

    /// <summary>What the keys of an application's checkpoints begin with.</summary>
    public static string Checkpoints(string application) => $"{AllCheckpoints}{application}/";

    /// <summary>What the keys of every application's checkpoints begin with.</summary>
    public const string AllCheckpoints = "checkpoints/";

    /// <summary>Reads the shard back from a key of <see cref="Pointer"/> or <see cref="OldCheckpoint"/>.</summary>
    public static bool TryParseCheckpoint(string key, string application, out string shard)
    {
        int begin = Checkpoints(application).Length;
        int end = IsPointer(key) ? PointerSuffix.Length : IsOldCheckpoint(key) ? OldCheckpointSuffix.Length : 0;
        bool isOne = end > 0 && key.StartsWith(Checkpoints(application), StringComparison.Ordinal) && key.Length > begin + end;
        shard = isOne ? key[begin..^end] : "";
        return isOne && !shard.Contains('/', StringComparison.Ordinal);
    }

    /// <summary>Where a replay under that name has a lake of its own, inside the lake.</summary>
    public static string Revision(string lake, string name) => $"{lake.TrimEnd('/')}/revisions/{name}";

    /// <summary>What a replay's lake was computed from.</summary>
    public const string RevisionKey = "revision.json";

    public static string Chunk(string kind, string shard, long ordinal)
        => string.Create(CultureInfo.InvariantCulture, $"{kind}/{shard}/{ordinal / RecordsPerChunk:D8}.jsonl");

    public static string RawRecord(string kind, string shard, string sequenceNumber) => $"{kind}/{shard}/raw/{sequenceNumber}.bin";
}
