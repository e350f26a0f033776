using System.Text.Json;
using System.Text.Json.Serialization;
using Streaming.Consumer.Flushing;
using Streaming.Shared;
using Streaming.Shared.Objects;
using Streaming.Shared.CommandLine;

namespace Streaming.Consumer.Operating;

/// <summary>
/// What a revision is computed from, stored in it: whoever runs it again goes on from its checkpoints, so another range or other rules
/// would mix two tables.
/// </summary>
internal sealed record Revision(DateTimeOffset From, DateTimeOffset To, string Grace, string AllowedLateness, bool DropRepeats, string TimeZone)
{
    public static Revision Of(ConsumerOptions options) => new(
        options.Start.At, options.OnceUntil!.Value, DurationText.Format(options.Grace), DurationText.Format(options.AllowedLateness), options.DropRepeats, options.ExchangeZone.Id);

    /// <summary>Makes the lake this revision's, or finds that it is already.</summary>
    /// <exception cref="UsageException">It holds another revision.</exception>
    public async Task ClaimAsync(IObjectStore lake, CancellationToken cancellation)
    {
        byte[] content = JsonSerializer.SerializeToUtf8Bytes(this, RevisionJson.Default.Revision);
        if (await lake.PutAsync(LakeLayout.RevisionKey, content, expectedTag: null, cancellation) is not null) return;
        StoredObject? stored = await lake.GetAsync(LakeLayout.RevisionKey, cancellation);
        if (stored is null || stored.Content.Span.SequenceEqual(content)) return;
        throw new UsageException($"{lake.Address} was computed from another range or with other rules: {Text(stored)}. Give another --revision, or the same range and rules to go on with this one.");
    }

    private static string Text(StoredObject stored) => System.Text.Encoding.UTF8.GetString(stored.Content.Span);
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(Revision))]
internal sealed partial class RevisionJson : JsonSerializerContext;
