using System.Security.Cryptography;
using System.Text.Json;
using Streaming.Consumer.Flushing;
using Streaming.Shared.Objects;
using Streaming.Shared.Parquet;
using Streaming.Shared.Ticks;

namespace Streaming.Consumer.Operating;

/// <summary>
/// Owns: moving an object of <c>avg_1min</c> aside that blocks its ticker and day, so that the windows that wait for it are written into a new one.
/// Deletes nothing that has no copy, and never an object that was changed since it was looked at.
/// </summary>
internal sealed class ObjectRepair(IObjectStore lake)
{
    /// <summary>What is there; null if there is no such object.</summary>
    public async Task<ObjectDiagnosis?> DiagnoseAsync(string key, CancellationToken cancellation)
    {
        if (!LakeLayout.TryParseBars(key, out string ticker, out DateOnly tradeDate))
            throw new Shared.UsageException($"'{key}' is not the key of an object of {LakeLayout.Table}, such as {LakeLayout.Bars("AAPL", new DateOnly(2024, 1, 2))}.");
        if (await lake.GetAsync(key, cancellation) is not { } stored) return null;
        string setAside = LakeLayout.SetAside(key, Convert.ToHexStringLower(SHA256.HashData(stored.Content.Span))[..16]);
        long[] held = [.. await HeldAsync(ticker, tradeDate, cancellation)];
        try
        {
            BarObject read = BarObjectCodec.Read(key, stored.Content);
            return new ObjectDiagnosis(key, stored, setAside, Problem: null, read.Origin, read.Bars.Count, held);
        }
        catch (ParquetException broken)
        {
            return new ObjectDiagnosis(key, stored, setAside, broken.Problem.TrimEnd('.'), Origin: null, RowCount: 0, held);
        }
    }

    /// <returns>False if the object was changed since it was looked at; it is left alone then.</returns>
    public async Task<bool> MoveAsideAsync(ObjectDiagnosis diagnosis, CancellationToken cancellation)
    {
        // Where one stands already it is this one, put by a repair that did not come further.
        await lake.PutAsync(diagnosis.SetAside, diagnosis.Object.Content, expectedTag: null, cancellation);
        StoredObject? standing = await lake.GetAsync(diagnosis.Key, cancellation);
        if (standing?.Tag != diagnosis.Object.Tag) return false;
        await lake.DeleteAsync(diagnosis.Key, cancellation);
        return true;
    }

    /// <summary>Starts of the windows of that ticker and day that some checkpoint holds: these are written again.</summary>
    private async Task<SortedSet<long>> HeldAsync(string ticker, DateOnly tradeDate, CancellationToken cancellation)
    {
        var held = new SortedSet<long>();
        await foreach (string key in lake.ListAsync(LakeLayout.AllCheckpoints, cancellation))
        {
            if (await StateAsync(key, cancellation) is not { } stored) continue;
            using JsonDocument state = JsonDocument.Parse(stored.Content);
            foreach (JsonElement entry in state.RootElement.GetProperty("tickers").EnumerateArray())
            {
                if (entry.GetProperty("ticker").GetString() != ticker) continue;
                foreach (JsonElement window in entry.GetProperty("windows").EnumerateArray())
                {
                    if (DateOnly.ParseExact(window.GetProperty("trade_date").GetString()!, "O", System.Globalization.CultureInfo.InvariantCulture) == tradeDate)
                        held.Add(window.GetProperty("start").GetInt64());
                }
            }
        }

        return held;
    }

    /// <summary>The object with the windows of a shard, if the key is that of its pointer, or of a checkpoint of an older version; else null.</summary>
    private async Task<StoredObject?> StateAsync(string key, CancellationToken cancellation)
    {
        // Where there is a pointer, it says whether the old one still counts.
        if (LakeLayout.IsOldCheckpoint(key)) return await lake.GetAsync(LakeLayout.PointerBeside(key), cancellation) is null ? await lake.GetAsync(key, cancellation) : null;
        while (LakeLayout.IsPointer(key) && await lake.GetAsync(key, cancellation) is { } stored)
        {
            using JsonDocument pointer = JsonDocument.Parse(stored.Content);
            string named = LakeLayout.StateBeside(key, pointer.RootElement.GetProperty("state").GetString()!);
            if (await lake.GetAsync(named, cancellation) is { } state) return state;
            // It names none, or has moved on meanwhile and what it named is deleted.
            if ((await lake.GetAsync(key, cancellation))?.Tag == stored.Tag) return null;
        }

        return null;
    }
}

/// <summary>An object that a repair was asked to move aside.</summary>
/// <param name="SetAside">The key that it would get.</param>
/// <param name="Problem">Why it cannot be read; null if it can be.</param>
/// <param name="Origin">Who wrote it, if it can be read and says so.</param>
/// <param name="Held">Starts of the windows of its ticker and day that checkpoints hold, UTC microseconds.</param>
internal sealed record ObjectDiagnosis(
    string Key, StoredObject Object, string SetAside, string? Problem, ObjectOrigin? Origin, int RowCount, IReadOnlyList<long> Held)
{
    public string State => Problem is not null ? $"cannot be read ({Problem})"
        : Origin is { } writer ? $"can be read: {RowCount} rows, written by application {writer.Application} from shard {writer.Shard} of stream {writer.Stream} (created as {writer.StreamId})"
        : $"can be read: {RowCount} rows, written by some other program";

    public string WhatIsHeld => Held.Count == 0
        ? "No checkpoint holds a minute of it: all its rows are missing then"
        : $"Checkpoints hold {Held.Count} minutes of it, {Time(Held[0])} to {Time(Held[^1])} UTC, which the consumer writes again at its next flush; its other rows are missing then";

    private static string Time(long micros) => IsoTime.ToDateTime(micros).ToString("yyyy-MM-dd HH:mm", System.Globalization.CultureInfo.InvariantCulture);
}
