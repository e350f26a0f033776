using System.Text;
using System.Text.Json;
using Streaming.Shared.Objects;
using Streaming.Shared.Streams;
using Streaming.Tests.Simulation.Objects;

namespace Streaming.Tests.Simulation.Checks;

/// <summary>
/// The reader who looks at every object of <c>late/</c> or <c>quarantine/</c> that is ever put: each line is a record that belongs
/// there, with its own bytes, and stands once over all objects for ever.
/// </summary>
/// <param name="all">All records that belong there so far, by sequence number.</param>
internal sealed class KeptRecordsReader(SimulatedBucket bucket, IReadOnlyDictionary<SequenceNumber, string> all)
{
    private IReadOnlyDictionary<SequenceNumber, string>? _rest;
    private readonly Dictionary<SequenceNumber, string> _homes = [];

    /// <exception cref="ViolationException">The object is not what a later one may be.</exception>
    public void Look(string key, ReadOnlyMemory<byte>? content)
    {
        if (content is null) throw new ViolationException("an object vanished", key);
        if (key.Contains("/raw/", StringComparison.Ordinal)) return;
        var seen = new HashSet<SequenceNumber>();
        foreach (string line in Encoding.UTF8.GetString(content.Value.Span).Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            SequenceNumber number = Check(key, line);
            if (!seen.Add(number)) throw new ViolationException("a kept record stands twice", $"{key}: {line}");
            if (!_homes.TryAdd(number, key) && _homes[number] != key)
                throw new ViolationException("a kept record stands twice", $"{key} and {_homes[number]}: {line}");
        }

        foreach ((SequenceNumber number, string home) in _homes)
        {
            if (home == key && !seen.Contains(number)) throw new ViolationException("a kept record vanished", $"{key}: {number}");
        }
    }

    /// <summary>After a loss: these must come to stand there, and of the others those may that do.</summary>
    public void Expect(IReadOnlyDictionary<SequenceNumber, string> rest) => _rest = rest;

    public string? Difference()
    {
        IReadOnlyDictionary<SequenceNumber, string> expected = _rest ?? all;
        SequenceNumber missing = expected.Keys.FirstOrDefault(number => !_homes.ContainsKey(number));
        return missing == SequenceNumber.None ? null : $"record {missing} is not kept: {expected[missing]}";
    }

    private SequenceNumber Check(string key, string line)
    {
        using JsonDocument json = Parse(key, line);
        var number = SequenceNumber.Parse(json.RootElement.GetProperty("sequence_number").GetString()!);
        if (!all.TryGetValue(number, out string? data) && _rest?.TryGetValue(number, out data) != true) throw new ViolationException("a good record was kept apart", $"{key}: {line}");
        if (DataOf(json.RootElement) != data) throw new ViolationException("a kept record has other bytes", $"{key}: {line}, expected {data}");
        return number;
    }

    private static JsonDocument Parse(string key, string line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException broken)
        {
            throw new ViolationException("a broken object", $"{key}: {broken.Message} {line}");
        }
    }

    private string DataOf(JsonElement line)
    {
        if (line.TryGetProperty("event", out JsonElement tick)) return tick.GetRawText();
        if (line.TryGetProperty("data", out JsonElement data)) return Encoding.UTF8.GetString(data.GetBytesFromBase64());
        StoredObject? raw = bucket.Get(line.GetProperty("object").GetString()!);
        return raw is null ? "no raw object" : Encoding.UTF8.GetString(raw.Content.Span);
    }
}
