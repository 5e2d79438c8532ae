namespace PPYolo.Align;

/// <summary>
/// Input that cannot be used: an unreadable file, a name, shape or type that is not what was asked for. The message names the file or
/// tensor, what was expected, what was found and what to do; it is meant for the user as it is. Programs answer it with exit code 2.
/// </summary>
public class AlignException : Exception
{
    /// <summary>Creates the exception with a message for the user.</summary>
    public AlignException(string message)
        : base(message) { }

    /// <summary>Creates the exception with a message for the user and the cause beneath it.</summary>
    public AlignException(string message, Exception inner)
        : base(message, inner) { }
}
