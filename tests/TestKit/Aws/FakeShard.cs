using System.Globalization;
using Streaming.Shared.Streams;

namespace Streaming.Tests.TestKit.Aws;

/// <summary>One shard of the fake: a list of records, and the service's limits on it.</summary>
public sealed class FakeShard(string id, string[] parents, UInt128 startHash, UInt128 endHash, long first)
{
    private const int RecordsPerSecond = 1000;
    private const int BytesPerSecond = 1024 * 1024;
    private const int ReadsPerSecond = 5;

    private readonly Queue<(long At, int Bytes)> _puts = [];
    private readonly Queue<long> _reads = [];
    private int _bytesInSecond;

    public string Id { get; } = id;

    public IReadOnlyList<string> Parents { get; } = parents;

    public UInt128 StartHash { get; } = startHash;

    public UInt128 EndHash { get; } = endHash;

    /// <summary>Number that the first record could have.</summary>
    public long First { get; } = first;

    /// <summary>Last number, once it is closed.</summary>
    public long? ClosedAt { get; set; }

    public List<FakeRecord> Records { get; } = [];

    public bool Owns(UInt128 hash) => StartHash <= hash && hash <= EndHash;

    /// <summary>56 digits, as the service's.</summary>
    public static string Text(long number) => string.Create(CultureInfo.InvariantCulture, $"49{number:D54}");

    public static long Number(string text)
    {
        SequenceNumber.Parse(text);
        return text.Length == 56 && text.StartsWith("49", StringComparison.Ordinal)
            ? long.Parse(text.AsSpan(2), CultureInfo.InvariantCulture)
            : throw new FakeKinesisError("InvalidArgumentException", $"StartingSequenceNumber {text} is invalid because it did not come from this stream.");
    }

    /// <summary>Index of the first record whose number is at least that.</summary>
    public int IndexOf(long number)
    {
        int index = Records.BinarySearch(new FakeRecord(number, 0, "", []), Comparer<FakeRecord>.Create((a, b) => a.Number.CompareTo(b.Number)));
        return index < 0 ? ~index : index;
    }

    public bool TakesPut(long nowMillis, int bytes)
    {
        while (_puts.TryPeek(out (long At, int Bytes) old) && old.At <= nowMillis - 1000)
        {
            _puts.Dequeue();
            _bytesInSecond -= old.Bytes;
        }

        if (_puts.Count >= RecordsPerSecond || _bytesInSecond + bytes > BytesPerSecond) return false;
        _puts.Enqueue((nowMillis, bytes));
        _bytesInSecond += bytes;
        return true;
    }

    public bool TakesRead(long nowMillis)
    {
        while (_reads.TryPeek(out long old) && old <= nowMillis - 1000) _reads.Dequeue();
        if (_reads.Count >= ReadsPerSecond) return false;
        _reads.Enqueue(nowMillis);
        return true;
    }
}

/// <param name="ArrivalMillis">Since 1970, UTC.</param>
public sealed record FakeRecord(long Number, long ArrivalMillis, string Key, byte[] Data);
