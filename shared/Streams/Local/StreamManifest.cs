using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Streaming.Shared.Streams.Local;

/// <summary>What <c>stream.json</c> says: who the stream is and which shards it has. A shard's place in the list is its index in the log.</summary>
internal sealed record StreamManifest(int FormatVersion, string Name, string CreationId, DateTimeOffset CreatedAt, IReadOnlyList<ManifestShard> Shards)
{
    public const int CurrentVersion = 2;

    public static StreamManifest Create(string name, Guid creationId, DateTimeOffset createdAt, int shardCount)
        => new(CurrentVersion, name, creationId.ToString("D"), createdAt, [.. ShardMap.Create(shardCount).Select(shard => ManifestShard.Of(shard, null))]);

    /// <summary>Start value of the log's checksums: frames of another stream, even in the same folder, are not taken for ours.</summary>
    [JsonIgnore]
    public uint ChecksumSeed => Crc32C.Compute(0, Encoding.UTF8.GetBytes(CreationId));

    public byte[] ToJson() => JsonSerializer.SerializeToUtf8Bytes(this, ManifestJson.Default.StreamManifest);

    /// <exception cref="FormatException">Not a manifest; the message says why.</exception>
    /// <exception cref="NotSupportedException">A manifest of another version; the message says what to do.</exception>
    public static StreamManifest Parse(ReadOnlySpan<byte> json)
    {
        StreamManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(json, ManifestJson.Default.StreamManifest);
        }
        catch (JsonException e)
        {
            throw new FormatException($"it is not valid: {e.Message}", e);
        }

        if (manifest is null) throw new FormatException("it is empty");
        if (manifest.FormatVersion is > 0 and not CurrentVersion)
            throw new NotSupportedException($"it has format {manifest.FormatVersion}, and this program reads {CurrentVersion}. Use the program that wrote it, or replay into a new stream.");
        return manifest.Checked();
    }

    /// <summary>Largest sequence number before the last reshard, which made sure that the log was on disk up to there; 0 if there was none.</summary>
    [JsonIgnore]
    public ulong LastClosed => Shards.Max(shard => shard.ClosedAfter) ?? 0;

    public IReadOnlyList<Shard> ToShards()
        => [.. Shards.Select(shard => new Shard(shard.Id, shard.Parents, Hash(shard.StartHash), Hash(shard.EndHash), shard.ClosedAfter is not null))];

    /// <summary>This stream with the shards of <paramref name="map"/>, which come from <see cref="ToShards"/>.</summary>
    /// <param name="last">Sequence number after which those are closed that were open.</param>
    public StreamManifest Reshard(ShardMap map, ulong last) => this with
    {
        Shards = [.. map.Shards.Select((shard, i) => ManifestShard.Of(shard, !shard.IsClosed ? null : i < Shards.Count ? Shards[i].ClosedAfter ?? last : last))],
    };

    public ShardRouter ToRouter()
        => new(Shards.Select((shard, index) => (shard, index)).Where(s => s.shard.ClosedAfter is null).Select(s => (s.index, Hash(s.shard.StartHash))));

    private StreamManifest Checked()
    {
        if (string.IsNullOrEmpty(Name) || string.IsNullOrEmpty(CreationId) || Shards is null or { Count: 0 } || Shards.Any(s => s?.Id is null || s.Parents?.Contains(null!) != false))
            throw new FormatException("it lacks name, creationId or shards");
        if (Shards.Select(s => s.Id).Distinct().Count() != Shards.Count) throw new FormatException("two shards have the same id");
        // A hole between the open shards would leave keys without a shard.
        UInt128 next = UInt128.Zero;
        ManifestShard[] open = [.. Shards.Where(s => s.ClosedAfter is null).OrderBy(s => Hash(s.StartHash))];
        foreach (ManifestShard shard in open)
        {
            if (Hash(shard.StartHash) != next || Hash(shard.EndHash) < next) throw new FormatException($"the hash range of {shard.Id} does not follow its neighbour's");
            next = unchecked(Hash(shard.EndHash) + 1);
        }

        if (open.Length == 0 || next != UInt128.Zero) throw new FormatException("the open shards do not cover all hash keys");
        return this;
    }

    private static UInt128 Hash(string? text) => UInt128.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out UInt128 hash)
        ? hash
        : throw new FormatException($"'{text}' is not a hash key");
}

/// <param name="StartHash">Decimal, since JSON numbers of that size do not survive most readers.</param>
/// <param name="ClosedAfter">Null while the shard is open; else no record of it has a larger sequence number.</param>
internal sealed record ManifestShard(string Id, IReadOnlyList<string> Parents, string StartHash, string EndHash, ulong? ClosedAfter)
{
    public static ManifestShard Of(Shard shard, ulong? closedAfter)
        => new(shard.Id, shard.ParentIds, shard.StartHash.ToString(CultureInfo.InvariantCulture), shard.EndHash.ToString(CultureInfo.InvariantCulture), closedAfter);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(StreamManifest))]
internal sealed partial class ManifestJson : JsonSerializerContext;
