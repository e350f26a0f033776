namespace Streaming.Tests.Simulation;

/// <summary>What the consumer promises so far: nothing else is drawn.</summary>
internal static class Scope
{
    /// <summary>Workers of one application share the shards; else one of them at most gets on.</summary>
    public static bool SharesShards => true;

    /// <summary>Children are read after their parents, and inherit their windows.</summary>
    public static bool FollowsReshards => true;

    /// <summary>A record that the stream delivers twice counts once.</summary>
    public static bool DropsRedelivered => true;
}
