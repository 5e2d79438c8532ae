using System.Text;
using PPYolo.Tests.Snapshots.Engine;

namespace VerifyTests;

/// <summary>How all verifications of a test assembly are done. Set before the first of them, usually in a module initializer.</summary>
public static partial class VerifierSettings
{
    // Verify writes text with a byte order mark, so snapshots made by one engine are equal byte by byte to the other's.
    internal static Encoding Encoding { get; private set; } =
        new UTF8Encoding(encoderShouldEmitUTF8Identifier: true, throwOnInvalidBytes: true);

    internal static bool OmitsContent { get; private set; }

    /// <summary>Writes text without a byte order mark.</summary>
    public static void UseUtf8NoBom() => UseEncoding(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true));

    /// <summary>Writes text in another encoding.</summary>
    public static void UseEncoding(Encoding encoding)
    {
        FirstRun.ThrowIfPast();
        Encoding = encoding;
    }

    /// <summary>Leaves the contents of the files out of failure messages; comparers' messages too.</summary>
    public static void OmitContentFromException() => OmitsContent = true;
}
