using PPYolo.Data.Batches;

namespace PPYolo.Data.Showing;

/// <summary>A cell of a level's map that shall predict an object.</summary>
/// <param name="Level">0 is the coarsest.</param>
/// <param name="Stride">Pixels of a cell's side.</param>
/// <param name="Anchor">Which anchor of the level, from 0.</param>
/// <param name="Row">From 0.</param>
/// <param name="Column">From 0.</param>
/// <param name="Class">The first class that it shall predict.</param>
/// <param name="Score">The object's score.</param>
internal readonly record struct TargetCell(int Level, int Stride, int Anchor, int Row, int Column, int Class, float Score)
{
    private const int Score0 = 5;

    /// <summary>The cells of an image of a batch, coarsest level first.</summary>
    public static IEnumerable<TargetCell> Of(Batch batch, int image)
    {
        for (var level = 0; level < batch.Targets.Count; level++)
        {
            var target = batch.Targets[level];
            var (anchors, channels, grid) = ((int)target.Shape[1], (int)target.Shape[2], (int)target.Shape[3]);
            var values = target.As<float>().ToArray();
            var plane = grid * grid;
            for (var anchor = 0; anchor < anchors; anchor++)
            {
                var start = ((image * anchors) + anchor) * channels * plane;
                for (var cell = 0; cell < plane; cell++)
                {
                    if (values[start + (Score0 * plane) + cell] is > 0 and var score)
                    {
                        var classes = Enumerable.Range(0, channels - Score0 - 1);
                        yield return new(
                            level,
                            (int)batch.Size / grid,
                            anchor,
                            cell / grid,
                            cell % grid,
                            classes.FirstOrDefault(index => values[start + ((Score0 + 1 + index) * plane) + cell] > 0),
                            score
                        );
                    }
                }
            }
        }
    }
}
