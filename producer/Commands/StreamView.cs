using System.Globalization;
using Streaming.Shared.Streams;

namespace Streaming.Producer.Commands;

/// <summary>A stream as <c>producer stream describe</c> shows it: every shard with its parents and what became of it.</summary>
internal sealed record StreamView(string Name, string CreationId, DateTimeOffset CreatedAt, IReadOnlyList<ShardView> Shards)
{
    public static StreamView Of(StreamDescription description, IReadOnlyList<Shard> shards) => new(
        description.Name, description.CreationId, description.CreatedAt,
        [.. shards.Select(shard => new ShardView(
            shard.Id, Text(shard.StartHash), Text(shard.EndHash), shard.IsClosed, shard.ParentIds,
            [.. shards.Where(child => child.ParentIds.Contains(shard.Id)).Select(child => child.Id)]))]);

    public string ToText()
        => string.Join(Environment.NewLine, [$"{Name}  {CreationId}  created {SummaryText.TimeText(CreatedAt)}", .. Shards.Select(shard => shard.ToText())]);

    private static string Text(UInt128 hash) => hash.ToString(CultureInfo.InvariantCulture);
}

/// <param name="StartHash">Decimal text, since JSON numbers of that size do not survive most readers.</param>
internal sealed record ShardView(string Id, string StartHash, string EndHash, bool IsClosed, IReadOnlyList<string> Parents, IReadOnlyList<string> Children)
{
    public string ToText() => $"{Id}  {(IsClosed ? "closed" : "open  ")}  {StartHash} - {EndHash}{Family("from", Parents)}{Family("into", Children)}";

    private static string Family(string word, IReadOnlyList<string> ids) => ids.Count == 0 ? "" : $"  {word} {string.Join(" and ", ids)}";
}
