-- Seleto SDR: as seis tabelas no Supabase. Cole no SQL Editor do projeto e execute.
--
-- Pode ser executado quantas vezes for preciso: cria o que falta e não apaga nada. Só o servidor
-- do agente (chave secreta ou service_role) lê e grava; as chaves públicas não veem nada.

-- As tabelas. --------------------------------------------------------------------------------

CREATE TABLE IF NOT EXISTS public.leads (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  phone TEXT UNIQUE,
  name TEXT,
  email TEXT,
  company TEXT,
  city TEXT,
  uf TEXT,
  product TEXT,
  volume TEXT,
  urgency TEXT,
  knows_seleto BOOLEAN,
  temperature TEXT,
  temperature_reason TEXT,
  opted_out BOOLEAN NOT NULL DEFAULT FALSE,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS public.orcamentos (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  lead_id UUID NOT NULL REFERENCES public.leads (id) ON DELETE CASCADE,
  resumo TEXT,
  produto TEXT,
  segmento TEXT,
  urgencia_compra TEXT,
  volume_diario TEXT,
  oportunidade_pipe_id TEXT,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS public.empresa (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  nome TEXT,
  cidade TEXT,
  uf TEXT,
  cnpj TEXT UNIQUE,
  site TEXT,
  email TEXT,
  telefone TEXT,
  contato TEXT,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  updated_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS public.conversations (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  lead_phone TEXT NOT NULL,
  role TEXT NOT NULL,
  content TEXT NOT NULL,
  timestamp TIMESTAMPTZ NOT NULL DEFAULT now()
);

CREATE TABLE IF NOT EXISTS public.conversation_context (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  lead_phone TEXT NOT NULL,
  key TEXT NOT NULL,
  value TEXT,
  created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  UNIQUE (lead_phone, key)
);

CREATE TABLE IF NOT EXISTS public.technical_questions (
  id UUID PRIMARY KEY DEFAULT gen_random_uuid(),
  phone TEXT NOT NULL,
  question TEXT NOT NULL,
  timestamp TIMESTAMPTZ NOT NULL DEFAULT now(),
  context TEXT
);

-- Colunas que faltem em tabelas que já existiam. ---------------------------------------------

ALTER TABLE public.leads
  ADD COLUMN IF NOT EXISTS phone TEXT,
  ADD COLUMN IF NOT EXISTS name TEXT,
  ADD COLUMN IF NOT EXISTS email TEXT,
  ADD COLUMN IF NOT EXISTS company TEXT,
  ADD COLUMN IF NOT EXISTS city TEXT,
  ADD COLUMN IF NOT EXISTS uf TEXT,
  ADD COLUMN IF NOT EXISTS product TEXT,
  ADD COLUMN IF NOT EXISTS volume TEXT,
  ADD COLUMN IF NOT EXISTS urgency TEXT,
  ADD COLUMN IF NOT EXISTS knows_seleto BOOLEAN,
  ADD COLUMN IF NOT EXISTS temperature TEXT,
  ADD COLUMN IF NOT EXISTS temperature_reason TEXT,
  ADD COLUMN IF NOT EXISTS opted_out BOOLEAN NOT NULL DEFAULT FALSE,
  ADD COLUMN IF NOT EXISTS created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  ADD COLUMN IF NOT EXISTS updated_at TIMESTAMPTZ NOT NULL DEFAULT now();

ALTER TABLE public.orcamentos
  ADD COLUMN IF NOT EXISTS lead_id UUID REFERENCES public.leads (id) ON DELETE CASCADE,
  ADD COLUMN IF NOT EXISTS resumo TEXT,
  ADD COLUMN IF NOT EXISTS produto TEXT,
  ADD COLUMN IF NOT EXISTS segmento TEXT,
  ADD COLUMN IF NOT EXISTS urgencia_compra TEXT,
  ADD COLUMN IF NOT EXISTS volume_diario TEXT,
  ADD COLUMN IF NOT EXISTS oportunidade_pipe_id TEXT,
  ADD COLUMN IF NOT EXISTS created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  ADD COLUMN IF NOT EXISTS updated_at TIMESTAMPTZ NOT NULL DEFAULT now();

ALTER TABLE public.empresa
  ADD COLUMN IF NOT EXISTS nome TEXT,
  ADD COLUMN IF NOT EXISTS cidade TEXT,
  ADD COLUMN IF NOT EXISTS uf TEXT,
  ADD COLUMN IF NOT EXISTS cnpj TEXT,
  ADD COLUMN IF NOT EXISTS site TEXT,
  ADD COLUMN IF NOT EXISTS email TEXT,
  ADD COLUMN IF NOT EXISTS telefone TEXT,
  ADD COLUMN IF NOT EXISTS contato TEXT,
  ADD COLUMN IF NOT EXISTS created_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  ADD COLUMN IF NOT EXISTS updated_at TIMESTAMPTZ NOT NULL DEFAULT now();

ALTER TABLE public.conversations
  ADD COLUMN IF NOT EXISTS lead_phone TEXT,
  ADD COLUMN IF NOT EXISTS role TEXT,
  ADD COLUMN IF NOT EXISTS content TEXT,
  ADD COLUMN IF NOT EXISTS timestamp TIMESTAMPTZ NOT NULL DEFAULT now();

ALTER TABLE public.conversation_context
  ADD COLUMN IF NOT EXISTS lead_phone TEXT,
  ADD COLUMN IF NOT EXISTS key TEXT,
  ADD COLUMN IF NOT EXISTS value TEXT,
  ADD COLUMN IF NOT EXISTS created_at TIMESTAMPTZ NOT NULL DEFAULT now();

ALTER TABLE public.technical_questions
  ADD COLUMN IF NOT EXISTS phone TEXT,
  ADD COLUMN IF NOT EXISTS question TEXT,
  ADD COLUMN IF NOT EXISTS timestamp TIMESTAMPTZ NOT NULL DEFAULT now(),
  ADD COLUMN IF NOT EXISTS context TEXT;

-- Índices, e as chaves que fazem uma pessoa ser uma linha só. --------------------------------

CREATE INDEX IF NOT EXISTS orcamentos_lead ON public.orcamentos (lead_id);
CREATE INDEX IF NOT EXISTS conversations_phone ON public.conversations (lead_phone, timestamp);
CREATE INDEX IF NOT EXISTS technical_questions_phone ON public.technical_questions (phone);

DO $$
DECLARE
  wanted RECORD;
BEGIN
  FOR wanted IN SELECT * FROM (VALUES
    ('leads', ARRAY['phone']),
    ('empresa', ARRAY['cnpj']),
    ('conversation_context', ARRAY['lead_phone', 'key'])) AS keys (tab, cols)
  LOOP
    IF NOT EXISTS (
      SELECT 1 FROM pg_index i
      WHERE i.indrelid = format('public.%I', wanted.tab)::regclass AND i.indisunique
        AND i.indpred IS NULL AND i.indexprs IS NULL
        AND (SELECT array_agg(a.attname::text ORDER BY a.attname) FROM pg_attribute a
             WHERE a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey::int2[]))
          = (SELECT array_agg(c ORDER BY c) FROM unnest(wanted.cols) c))
    THEN
      BEGIN
        EXECUTE format('CREATE UNIQUE INDEX %I ON public.%I (%s)',
          'seleto_' || wanted.tab || '_key', wanted.tab, array_to_string(wanted.cols, ', '));
      EXCEPTION WHEN unique_violation THEN
        RAISE WARNING 'A tabela % tem linhas repetidas em (%): junte-as e execute de novo.',
          wanted.tab, array_to_string(wanted.cols, ', ');
      END;
    END IF;
  END LOOP;
END $$;

-- updated_at acompanha cada mudança que não o traga. -----------------------------------------

CREATE OR REPLACE FUNCTION public.seleto_touch_updated_at() RETURNS trigger
LANGUAGE plpgsql SET search_path = '' AS $$
BEGIN
  IF NEW.updated_at IS NOT DISTINCT FROM OLD.updated_at AND NEW IS DISTINCT FROM OLD THEN
    NEW.updated_at := pg_catalog.now();
  END IF;
  RETURN NEW;
END $$;

DO $$
DECLARE
  tab TEXT;
BEGIN
  FOREACH tab IN ARRAY ARRAY['leads', 'orcamentos', 'empresa'] LOOP
    IF NOT EXISTS (SELECT 1 FROM pg_trigger
                   WHERE tgrelid = format('public.%I', tab)::regclass
                     AND tgname = 'seleto_updated_at') THEN
      EXECUTE format('CREATE TRIGGER seleto_updated_at BEFORE UPDATE ON public.%I
                      FOR EACH ROW EXECUTE FUNCTION public.seleto_touch_updated_at()', tab);
    END IF;
  END LOOP;
END $$;

-- Segurança: RLS ligada, política só para service_role, permissões explícitas. ----------------

DO $$
DECLARE
  tab TEXT;
  role TEXT;
  open_policy RECORD;
BEGIN
  FOREACH tab IN ARRAY ARRAY['leads', 'orcamentos', 'empresa', 'conversations',
                             'conversation_context', 'technical_questions'] LOOP
    EXECUTE format('ALTER TABLE public.%I ENABLE ROW LEVEL SECURITY', tab);
    FOREACH role IN ARRAY ARRAY['anon', 'authenticated'] LOOP
      IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = role) THEN
        EXECUTE format('REVOKE ALL ON public.%I FROM %I', tab, role);
      END IF;
    END LOOP;
    EXECUTE format('REVOKE ALL ON public.%I FROM PUBLIC', tab);
    IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'service_role') THEN
      EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON public.%I TO service_role', tab);
      IF NOT EXISTS (SELECT 1 FROM pg_policies WHERE schemaname = 'public' AND tablename = tab
                       AND policyname = 'seleto_service_role') THEN
        EXECUTE format('CREATE POLICY seleto_service_role ON public.%I
                        FOR ALL TO service_role USING (true) WITH CHECK (true)', tab);
      END IF;
    END IF;
    FOR open_policy IN SELECT policyname FROM pg_policies
      WHERE schemaname = 'public' AND tablename = tab
        AND roles && ARRAY['public', 'anon', 'authenticated']::name[]
    LOOP
      RAISE WARNING 'A política "%" de % vale também para as chaves públicas. Se não for de propósito: DROP POLICY "%" ON public.%;',
        open_policy.policyname, tab, open_policy.policyname, tab;
    END LOOP;
  END LOOP;
  IF EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'service_role') THEN
    GRANT USAGE ON SCHEMA public TO service_role;
  END IF;
END $$;

-- A API REST passa a conhecer o que mudou.
NOTIFY pgrst, 'reload schema';
