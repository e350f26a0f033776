using Microsoft.Win32.SafeHandles;
using Streaming.Shared.Streams;
using Streaming.Shared.Streams.Local;
using Streaming.Tests.Benchmarks.Data;
using Streaming.Tests.Benchmarks.Measuring;
using Streaming.Tests.Benchmarks.Peers;
using Streaming.Tests.TestKit;

namespace Streaming.Tests.Benchmarks.Stages;

/// <summary>
/// Batches into the local stream, each on disk before the next, against as many transactions of SQLite in a file beside it. SQLite is
/// spared what the stream does besides: no hash of the key, no shard, no index, no other process looked out for.
/// </summary>
internal sealed class AppendStage : IStage
{
    private const int BatchesPerRound = 40;
    private const int Shards = 4;

    /// <summary>More than of other stages, and each is short: a disk has moods.</summary>
    private const int RoundCount = 35;

    public string Name => "append";

    public async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        string stage = $"local stream, synced append of {PutBatch.MaxRecords} x 150 bytes";
        if (Sqlite.Missing is { } reason) return [Row.Skipped(stage, reason)];
        // On the disk of temporary files: in memory a sync would cost nothing.
        using var folder = new ScratchFolder();
        await using LocalStream stream = await CreateAsync(folder["stream"]);
        using var sqlite = new Sqlite(folder["records.db"]);
        sqlite.Execute("CREATE TABLE records (seq INTEGER PRIMARY KEY, key BLOB NOT NULL, data BLOB NOT NULL)");
        (nint begin, nint insert, nint commit) = (
            sqlite.Prepare("BEGIN"), sqlite.Prepare("INSERT INTO records (key, data) VALUES (?, ?)"), sqlite.Prepare("COMMIT"));
        PutBatch batch = Batch();

        Rounds rounds = await Rounds.RunAsync(
            new Side(BatchesPerRound, () => PutAsync(stream, batch)),
            new Side(BatchesPerRound, () => Insert(sqlite, batch, begin, insert, commit)),
            RoundCount);
        await CheckThatBothAgreeAsync(stream, sqlite, batch);
        foreach (nint statement in new[] { begin, insert, commit }) _ = Sqlite.Finalize(statement);
        Rounds bare = await AgainstBareAsync(folder, batch);
        return
        [
            new Row(stage, "SQLite WAL FULL, elapsed", "x faster", rounds.Gain(cost => cost.WallNanos), new Target(3, 6, LargerIsBetter: true)),
            new Row(stage, "the same bytes written and synced by themselves, elapsed", "x", bare.Ratio(cost => cost.WallNanos)),
            new Row(stage, "elapsed", "us/batch", rounds.Ours(cost => cost.WallNanos / 1000)),
            new Row(stage, "CPU", "us/batch", rounds.Ours(cost => cost.CpuNanos / 1000)),
            new Row("  SQLite WAL FULL", "elapsed", "us/batch", rounds.Theirs(cost => cost.WallNanos / 1000)),
            new Row("  SQLite WAL FULL", "CPU", "us/batch", rounds.Theirs(cost => cost.CpuNanos / 1000)),
            new Row("  the bytes by themselves", "elapsed", "us/batch", bare.Theirs(cost => cost.WallNanos / 1000)),
            new Row("  the bytes by themselves", "CPU", "us/batch", bare.Theirs(cost => cost.CpuNanos / 1000)),
        ];
    }

    /// <summary>What a log that preallocates nothing cannot be faster than here: as many bytes at the end of a file, each time on disk before the next.</summary>
    private static async Task<Rounds> AgainstBareAsync(ScratchFolder folder, PutBatch batch)
    {
        // Closed before its log is read: one in use ends in zeros.
        await using (LocalStream one = await CreateAsync(folder["frame"])) await one.PutAsync(batch, CancellationToken.None);
        await using LocalStream stream = await CreateAsync(folder["bare"]);
        byte[] frame = await File.ReadAllBytesAsync(Directory.EnumerateFiles(folder[Path.Combine("frame", "log")]).Single());
        using SafeFileHandle file = File.OpenHandle(folder["bytes"], FileMode.CreateNew, FileAccess.Write);
        return await Rounds.RunAsync(
            new Side(BatchesPerRound, () => PutAsync(stream, batch)),
            new Side(BatchesPerRound, () =>
            {
                for (int i = 0; i < BatchesPerRound; i++)
                {
                    RandomAccess.Write(file, frame, RandomAccess.GetLength(file));
                    RandomAccess.FlushToDisk(file);
                }
            }));
    }

    private static async Task<LocalStream> CreateAsync(string folder)
    {
        var stream = new LocalStream(folder, TimeProvider.System, () => new Guid(1, 0, 0, new byte[8]));
        await stream.CreateAsync(Shards, CancellationToken.None);
        return stream;
    }

    private static async Task PutAsync(LocalStream stream, PutBatch batch)
    {
        for (int i = 0; i < BatchesPerRound; i++) await stream.PutAsync(batch, CancellationToken.None);
    }

    private static void Insert(Sqlite sqlite, PutBatch batch, nint begin, nint insert, nint commit)
    {
        for (int i = 0; i < BatchesPerRound; i++)
        {
            Run(sqlite, begin);
            for (int record = 0; record < batch.Count; record++)
            {
                sqlite.Bind(insert, 1, batch.Key(record));
                sqlite.Bind(insert, 2, batch.Data(record));
                Run(sqlite, insert);
            }

            Run(sqlite, commit);
        }
    }

    private static void Run(Sqlite sqlite, nint statement)
    {
        sqlite.Step(statement);
        _ = Sqlite.Reset(statement);
    }

    private static PutBatch Batch()
    {
        var ticks = new TickRecords(tickers: 500, PutBatch.MaxRecords, TimeSpan.FromSeconds(1));
        var batch = new PutBatch();
        for (int i = 0; i < PutBatch.MaxRecords; i++)
        {
            ticks.MoveNext();
            batch.Add(ticks.Key, ticks.Record);
        }

        return batch;
    }

    private static async Task CheckThatBothAgreeAsync(LocalStream stream, Sqlite sqlite, PutBatch batch)
    {
        long records = 0, bytes = 0;
        foreach (Shard shard in await stream.ListShardsAsync(CancellationToken.None))
        {
            await using IShardReader reader = await stream.OpenReaderAsync(shard.Id, StreamPosition.TrimHorizon, CancellationToken.None);
            RecordBatch read;
            do
            {
                read = await reader.ReadAsync(CancellationToken.None);
                records += read.Count;
                for (int i = 0; i < read.Count; i++) bytes += read[i].Data.Length;
            }
            while (read.Count > 0 || read.MillisBehindLatest > 0);
        }

        if (records % batch.Count != 0 || records != sqlite.Count("SELECT count(*) FROM records") || bytes != sqlite.Count("SELECT sum(length(data)) FROM records"))
            throw new InvalidOperationException($"The stream holds {records} records of {bytes} bytes, SQLite other ones.");
    }
}
