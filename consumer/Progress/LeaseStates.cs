using Microsoft.Extensions.Logging;
using Streaming.Shared.Objects;

namespace Streaming.Consumer.Progress;

/// <summary>
/// Owns: the states of a shard during one lease: their names, and which may be deleted. A state is deleted only when no pointer can name it any more:
/// this lease's after a confirmed move of the pointer to a later one, those of earlier epochs after the confirmed claim. After the lease is lost nothing
/// is deleted: the states that it left belong to the next owner.
/// </summary>
/// <param name="claimed">The pointer of the confirmed claim.</param>
internal sealed partial class LeaseStates(CheckpointStore checkpoints, CheckpointPointer claimed, ILogger logger)
{
    /// <summary>Deleted after one save at most; the next save goes on.</summary>
    private const int MostDeletes = 100;

    /// <summary>So many saves must fail in a row, or deletes. What is forgotten then, the next owner deletes.</summary>
    private const int MostRemembered = 10_000;

    // Names that the pointer has named or was to name. One that is under way is among them, and is spared.
    private readonly HashSet<string> _mine = claimed.HasState ? [claimed.State] : [];
    private long _count;

    /// <summary>A name for a state that is about to be stored; no other content may have it.</summary>
    public string NewName()
    {
        string name = StateKey.Of(claimed.Lease.Epoch, claimed.Lease.Owner!, ++_count);
        if (_mine.Count == MostRemembered) _mine.Remove(_mine.First());
        _mine.Add(name);
        return name;
    }

    /// <summary>Stores a state. The same content goes under the same name, however often, so an attempt that is carried out late is no other state.</summary>
    /// <exception cref="StoreUnavailableException">It is not known whether it is stored, so the pointer must not name it.</exception>
    public Task PutAsync(string name, CheckpointState state, CancellationToken cancellation)
        => checkpoints.Retry.RunAsync(token => checkpoints.PutStateAsync(name, state, token), cancellation);

    /// <summary>Deletes this lease's other states, and the one that it began with.</summary>
    /// <param name="named">What the pointer names, by a confirmed move: an earlier move whose outcome is unknown cannot take place after it.</param>
    public async Task CleanAsync(string named, CancellationToken cancellation)
    {
        foreach (string name in _mine.Where(name => name != named).Take(MostDeletes).ToArray())
        {
            if (!await TryDeleteAsync(name, cancellation)) return;
            _mine.Remove(name);
        }
    }

    /// <summary>Deletes what earlier owners left. Their late puts and moves cannot make the pointer name it: their condition fails since the claim.</summary>
    public async Task SweepAsync(CancellationToken cancellation)
    {
        try
        {
            foreach (string name in await checkpoints.ListStatesAsync(claimed.Shard, cancellation))
            {
                if (name != claimed.State && StateKey.EpochOf(name) < claimed.Lease.Epoch && !await TryDeleteAsync(name, cancellation)) return;
            }
        }
        catch (StoreUnavailableException failure)
        {
            NotListed(logger, claimed.Shard, failure.Message);
        }
    }

    private async Task<bool> TryDeleteAsync(string name, CancellationToken cancellation)
    {
        try
        {
            await checkpoints.DeleteStateAsync(claimed.Shard, name, cancellation);
            return true;
        }
        catch (StoreUnavailableException failure)
        {
            NotDeleted(logger, claimed.Shard, name, failure.Message);
            return false;
        }
    }

    [LoggerMessage(215, LogLevel.Warning, "{Shard}: state {State}, which is not needed any more, could not be deleted. It is tried again after the next save: {Problem}")]
    private static partial void NotDeleted(ILogger logger, string shard, string state, string problem);

    [LoggerMessage(216, LogLevel.Warning, "{Shard}: states that earlier owners left could not be listed. The next owner deletes them: {Problem}")]
    private static partial void NotListed(ILogger logger, string shard, string problem);
}
