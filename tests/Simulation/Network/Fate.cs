namespace Streaming.Tests.Simulation.Network;

/// <summary>What becomes of one call.</summary>
/// <param name="CarriedOutAfter">When the service does it, counted from the call; null if it never does.</param>
/// <param name="AnsweredAfter">When the caller hears of it.</param>
/// <param name="Failure">What the caller hears instead of the result; null if all is well.</param>
/// <param name="OutlivesCaller">It is under way already if the caller dies or gives up before it is carried out.</param>
internal readonly record struct Fate(TimeSpan? CarriedOutAfter, TimeSpan AnsweredAfter, string? Failure, bool OutlivesCaller);
