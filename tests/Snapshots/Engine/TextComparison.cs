using System.Text;
using VerifyTests;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>Compares text with its snapshot, whatever line ends that has, and writes the received file where they differ.</summary>
internal static class TextComparison
{
    public static async Task<Outcome> Run(FilePair files, string received, VerifySettings settings)
    {
        // A file of no bytes is what a diff tool that needs two files was given: it approves nothing.
        if (new FileInfo(files.VerifiedPath) is { Exists: true, Length: 0 } empty)
        {
            empty.Delete();
        }

        if (!File.Exists(files.VerifiedPath))
        {
            await WriteReceived(files, received);
            return new Outcome(OutcomeKind.New, files, Received: received);
        }

        var verified = await Read(files.VerifiedPath);

        // Editors end the last line; the text that was verified need not.
        if (verified.Length == received.Length + 1 && verified.EndsWith('\n'))
        {
            verified = verified[..^1];
        }

        if (verified == received)
        {
            return new Outcome(OutcomeKind.Equal, files, Received: received, Verified: verified);
        }

        var result = CompareResult.NotEqual();
        if (settings.TryFindStringComparer(files.Extension, out var compare))
        {
            try
            {
                result = await compare(received, verified, settings.Context);
            }
            catch (Exception exception)
            {
                await WriteReceived(files, received);
                throw new ComparerException(files, exception);
            }
        }

        if (result.IsEqual)
        {
            return new Outcome(OutcomeKind.Equal, files, result.Message, received, verified);
        }

        await WriteReceived(files, received);
        return new Outcome(OutcomeKind.NotEqual, files, result.Message, received, verified);
    }

    private static async Task<string> Read(string path)
    {
        var text = new StringBuilder(await File.ReadAllTextAsync(path));
        Scrubbing.FixLineEnds(text);
        return text.ToString();
    }

    private static Task WriteReceived(FilePair files, string text) =>
        SafeFile.Write(
            files.ReceivedPath,
            async stream =>
            {
                await using var writer = new StreamWriter(stream, VerifierSettings.Encoding, leaveOpen: true);
                await writer.WriteAsync(text);
            }
        );
}
