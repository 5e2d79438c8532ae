namespace PPYolo.Align.Files;

/// <summary>Where links lead to.</summary>
internal static class Links
{
    /// <summary>The file that a path names in the end: itself, or what its links lead to, be it there or not.</summary>
    /// <exception cref="IOException">The links go round in a circle.</exception>
    public static string Target(string path)
    {
        // The whole path: the framework looks for the target of a relative one in the root folder where the target is not there.
        var file = path.Contains('\0') ? null : new FileInfo(Path.GetFullPath(path));
        return file?.LinkTarget is null ? path : file.ResolveLinkTarget(returnFinalTarget: true)?.FullName ?? path;
    }
}
