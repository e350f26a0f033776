namespace Streaming.Shared.Objects;

/// <summary>What an operator can do about a failed disk access.</summary>
internal static class StorageRemedy
{
    public static string For(Exception cause) => cause switch
    {
        UnauthorizedAccessException => "Let this user write the folder and everything in it, or choose another.",
        PathTooLongException => "Choose a folder with a shorter path.",
        _ => cause.HResult switch
        {
            // No space, quota exceeded; Windows' disk full.
            28 or 122 or unchecked((int)0x80070070) => "The disk is full: free space, or choose a folder on another disk.",
            30 => "The disk is read-only: choose another folder.",
            _ => "Check that the folder can be used and that no file stands where a folder should be.",
        },
    };
}
