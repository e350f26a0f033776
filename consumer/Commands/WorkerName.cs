using System.Security.Cryptography;

namespace Streaming.Consumer.Commands;

/// <summary>Names a worker so that an operator finds its process, and so that no two starts ever have the same name.</summary>
internal static class WorkerName
{
    public static string Fresh()
        => $"{Environment.MachineName}-{Environment.ProcessId}-{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4))}";
}
