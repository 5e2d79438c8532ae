namespace PPYolo.Align.Files;

/// <summary>What a path leads to, links followed.</summary>
internal enum FileKind
{
    /// <summary>Nothing is there, or nobody may know.</summary>
    None,

    /// <summary>A file with a beginning and an end.</summary>
    Regular,

    /// <summary>A folder.</summary>
    Folder,

    /// <summary>A pipe: what one program writes and another reads.</summary>
    Pipe,

    /// <summary>A socket.</summary>
    Socket,

    /// <summary>A device of bytes, such as a terminal or /dev/null.</summary>
    CharacterDevice,

    /// <summary>A device of blocks, such as a disk.</summary>
    BlockDevice,
}
