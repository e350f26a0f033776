using System.Text.Json.Serialization;

namespace Streaming.Producer.Resuming;

/// <summary>Written once, before the first record is sent.</summary>
/// <param name="Run">Id in every record.</param>
/// <param name="StartedAt">The now that <c>--retime now</c> and the check of future times go by.</param>
internal sealed record ReplayStart(string Run, DateTimeOffset StartedAt, ReplayIdentity Replay);

/// <summary>How far it came; written again and again.</summary>
/// <param name="Run">With <paramref name="StartedAt"/> those of its start: the note of an earlier replay may still be there.</param>
/// <param name="Seq">Every record with a smaller one is on the stream; of those with a larger one, some may be.</param>
/// <param name="IsComplete">Nothing was left to send.</param>
internal sealed record ReplayPosition(string Run, DateTimeOffset StartedAt, long Seq, bool IsComplete, DateTimeOffset NotedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true)]
[JsonSerializable(typeof(ReplayStart))]
[JsonSerializable(typeof(ReplayPosition))]
internal sealed partial class ReplayNotes : JsonSerializerContext;
