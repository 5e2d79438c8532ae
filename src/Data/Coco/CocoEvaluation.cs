using PPYolo.Align;

namespace PPYolo.Data.Coco;

/// <summary>
/// Scores one file against another: what <c>ppyolo eval --ground-truth GT.json --detections DT.json --json OUT.json</c> does.
/// </summary>
public static class CocoEvaluation
{
    /// <summary>Reads both files, computes the metrics and, if asked, writes them down.</summary>
    /// <param name="groundTruth">A file of COCO annotations.</param>
    /// <param name="detections">A file of COCO results; its list may be empty.</param>
    /// <param name="json">Where the metrics go as JSON (see <see cref="CocoResultFile"/>), or null for nowhere.</param>
    /// <returns>The metrics; <see cref="CocoSummary.Format"/> makes text of them.</returns>
    /// <exception cref="AlignException">A file cannot be read or written, or is not what it should be.</exception>
    public static CocoResult Run(string groundTruth, string detections, string? json = null)
    {
        var truth = CocoGroundTruthReader.Read(groundTruth);
        var result = CocoEvaluator.Evaluate(truth, CocoDetectionReader.Read(detections, truth));
        if (json is not null)
        {
            CocoResultFile.Write(json, result);
        }

        return result;
    }
}
