-- Until then someone waits for the answer of a claim that no client has named by a key: an agent that repeats its request. Its answer
-- is not thrown away meanwhile, although another client has it whole. null: nobody does.
alter table claim add column awaited_until timestamptz;
