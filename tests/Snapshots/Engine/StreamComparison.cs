using EmptyFiles;
using VerifyTests;

namespace PPYolo.Tests.Snapshots.Engine;

/// <summary>Compares bytes with their snapshot and writes the received file where they differ.</summary>
internal static class StreamComparison
{
    public static async Task<Outcome> Run(FilePair files, Stream received, VerifySettings settings, bool useComparers)
    {
        // The stream may come from anywhere and be read only once, but is compared and then perhaps written.
        using var content = new MemoryStream();
        await using (received)
        {
            if (received.CanSeek)
            {
                received.Position = 0;
            }

            await received.CopyToAsync(content);
        }

        if (content.Length == 0)
        {
            throw new InvalidOperationException($"There is nothing to verify: the stream for {files.VerifiedPath} is empty.");
        }

        if (!File.Exists(files.VerifiedPath))
        {
            await WriteReceived(files, content);
            return new Outcome(OutcomeKind.New, files);
        }

        var result = CompareResult.NotEqual();

        // An empty file of its kind is what a diff tool that needs two files was given: it approves nothing.
        if (!AllFiles.IsEmptyFile(files.VerifiedPath))
        {
            result = await Compare(files, content, settings, useComparers);
        }

        if (result.IsEqual)
        {
            return new Outcome(OutcomeKind.Equal, files, result.Message);
        }

        await WriteReceived(files, content);
        return new Outcome(OutcomeKind.NotEqual, files, result.Message);
    }

    private static async Task<CompareResult> Compare(FilePair files, MemoryStream content, VerifySettings settings, bool useComparers)
    {
        if (!useComparers || !settings.TryFindStreamComparer(files.Extension, out var compare))
        {
            var verifiedBytes = await File.ReadAllBytesAsync(files.VerifiedPath);
            return new CompareResult(content.GetBuffer().AsSpan(0, (int)content.Length).SequenceEqual(verifiedBytes));
        }

        try
        {
            await using var verified = File.OpenRead(files.VerifiedPath);
            content.Position = 0;
            return await compare(content, verified, settings.Context);
        }
        catch (Exception exception)
        {
            await WriteReceived(files, content);
            throw new ComparerException(files, exception);
        }
    }

    private static Task WriteReceived(FilePair files, MemoryStream content) =>
        SafeFile.Write(files.ReceivedPath, async stream => await stream.WriteAsync(content.GetBuffer().AsMemory(0, (int)content.Length)));
}
