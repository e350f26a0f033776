using Streaming.Shared.Streams;
using Streaming.Tests.Simulation.Checks;

namespace Streaming.Tests.Simulation.Streams;

/// <summary>
/// Owns: what the stream's retention removes: what all have read, and in some seeds, once, what nobody has saved. Knows whether the
/// consumer has come to stand before the gap. Does not own: when.
/// </summary>
internal sealed class Retention(SimulatedStream stream, CheckpointsReader checkpoints, Random random, Action<string> log)
{
    private SimulatedShard? _cut;

    /// <summary>The shard whose checkpoint stands before a gap, so that it cannot be gone on with; null if there is none.</summary>
    public SimulatedShard? Stuck
        => _cut is { } cut && !checkpoints.IsEnded(cut.Id) && cut.IsBehindRetention(checkpoints.PositionOf(cut.Id)) ? cut : null;

    /// <summary>The operator has been told of the gap: stream, shard and reason stand in its checkpoint.</summary>
    public bool IsReported => Stuck is { } shard && checkpoints.ProblemOf(shard.Id)?.Contains($"{stream.Name}, {shard.Id}", StringComparison.Ordinal) == true;

    /// <summary>Records that only the gap can keep from the consumer.</summary>
    public HashSet<SequenceNumber> Lost => Stuck is { } shard ? [.. shard.LostAfter(checkpoints.PositionOf(shard.Id))] : [];

    /// <summary>
    /// Removes what the checkpoints have passed: of an ended shard everything, of another one all before the position's own record, and that record too
    /// where the checkpoint says that nothing followed it for some time: else its loss would look like that of others.
    /// </summary>
    public void TrimRead()
    {
        foreach (SimulatedShard shard in stream.Shards)
        {
            int next = shard.IndexAfter(checkpoints.PositionOf(shard.Id));
            bool isQuiet = next > 0 && shard != _cut && !shard.Description.IsClosed && checkpoints.TipOf(shard.Id) > shard[next - 1].ArrivalMicros;
            shard.Trim(checkpoints.IsEnded(shard.Id) ? shard.Count : isQuiet ? next : next - 1);
        }
    }

    /// <summary>Removes records of some shard that its checkpoint has not passed, once. One that is closed keeps its last, and is not gone.</summary>
    public void TrimUnread()
    {
        SimulatedShard[] unread = [.. stream.Shards.Where(shard => FirstUnread(shard) is > 0 and int first && first < shard.Count - 1)];
        if (_cut is not null || unread.Length == 0) return;
        _cut = unread[random.Next(unread.Length)];
        int first = FirstUnread(_cut);
        _cut.Trim(random.Next(first + 1, _cut.Count));
        log($"{_cut.Id} loses records {first} to {_cut.Trimmed - 1}, which nobody has saved");
    }

    // Zero where nothing was saved yet: such a shard begins with its oldest record, whichever that is.
    private int FirstUnread(SimulatedShard shard) => shard.IndexAfter(checkpoints.PositionOf(shard.Id));
}
